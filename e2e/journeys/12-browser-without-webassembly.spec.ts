/** A browser without WebAssembly: the page explains this before the first photo, and the desktop sees no phone. */

import { Session } from '../../harness/people/practice.ts';
import { button, expect, test } from '../../harness/journey.ts';

const SMALL = { width: 320, height: 568 };

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`${scheme}, at 320 px`, () => {
    test.use({ handset: { viewport: SMALL, scheme, webAssembly: false } });

    test('the page says what to do before the first photo', async ({ nurse, stack }, info) => {
      const session = await Session.open(stack);
      await nurse.scans(session.url);
      await nurse.reads('This browser cannot send photos');
      await nurse.reads(/switch Lockdown Mode off for this website only/);
      await nurse.reads(/scan the code with another browser/);
      await nurse.reads('No photo was taken, so nothing is lost.');
      await nurse.doesNotSee(button('Camera'));
      expect((await session.list())?.phoneConnectedAt, 'the desktop waits for a phone that can send').toBeUndefined();
      await info.attach(`no-webassembly-${scheme}`, { body: await nurse.screenshot(), contentType: 'image/png' });
      await nurse.sees(button('Try again'));
    });
  });
}
