/**
 * A phone on the practice's own network: the main path by a name that is not
 * this machine's, over plain http, which browsers do not trust, and over https.
 */

import { Session } from '../../harness/people/practice.ts';
import { LAN_NAME } from '../../harness/stack/stack.ts';
import { expectStored, expectUpright } from '../../harness/photos/stored.ts';
import { encrypt } from '../../harness/stack/tls.ts';
import { expect, test } from '../../harness/journey.ts';

for (const scheme of ['http', 'https'] as const) {
  test(`by a LAN address over ${scheme}`, async ({ inBrowser, line, nurse, page, photos, stack }, info) => {
    test.skip(
      scheme === 'https' && inBrowser === 'webkit',
      'WebKit takes no storage on plain http from a page on https, and no proxy for https',
    );
    const front =
      scheme === 'https'
        ? await encrypt(stack.port, LAN_NAME, info.outputPath('tls'))
        : { port: stack.port, close: () => undefined };
    line.names.set(`${LAN_NAME}:${scheme === 'https' ? 443 : 80}`, front.port);
    const session = await Session.open(stack);
    await nurse.takesPhotos(
      session.url.replace(stack.edge, `${scheme}://${LAN_NAME}`),
      await photos(2, { orientation: 6 }),
    );
    await nurse.taps('Add details');
    await nurse.taps('All sites');
    await nurse.taps('Forearm');
    await nurse.chooses(/^Left$/);
    await nurse.taps('Next');
    await nurse.taps('Send 2 photos');
    await nurse.reads('2 photos are on the desktop');
    expectUpright(await expectStored(page, stack, session.encounterId, 2), 2);
    expect(line.asked.some(({ what }) => what.startsWith('PUT '))).toBe(true);
    await front.close();
  });
}
