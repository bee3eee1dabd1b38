/** Network failure, on the phone: lifts and lead-lined rooms delay photos, but never lose or duplicate them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from '../../harness/faults/faults.ts';
import { Session } from '../../harness/people/practice.ts';
import { expect, test } from '../../harness/journey.ts';

test('the line goes while photos are sent, and comes back', async ({ line, nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(4));
  await inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', delayMs: 1_000 });
  await nurse.taps('Send without details');
  await nurse.reads(/^Sending 4 photos$/);
  line.offline = true;
  await sleep(5_000);
  expect((await session.images()).length).toBeLessThan(4);
  line.heal();
  await nurse.reads('4 photos are on the desktop');
  expect(new Set((await session.images()).map(({ sha256 }) => sha256)).size).toBe(4);
});

for (const [what, effect] of Object.entries({
  'responses that are lost': 'drop-after',
  'uploads cut in the middle': 'cut-upload',
  'a storage that fails': 'status',
} as const)) {
  test(`${what}: every photo arrives once`, async ({ nurse, photos, stack }) => {
    const session = await Session.open(stack);
    await nurse.takesPhotos(session.url, await photos(3));
    await inject(stack, {
      service: 's3',
      route: 'PUT object',
      effect,
      next: 4,
      ...(effect === 'status' ? { status: 503 } : {}),
    });
    await nurse.taps('Send without details');
    await nurse.reads('3 photos are on the desktop');
    expect(new Set((await session.images()).map(({ sha256 }) => sha256)).size).toBe(3);
    expect(await session.images()).toHaveLength(3);
  });
}

test('a network that blocks only the storage is reported', async ({ line, nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(2));
  for (const method of ['PUT', 'OPTIONS'])
    line.suffer({ to: stack.env.S3_ENDPOINT ?? '', method, effect: 'drop-before', next: Infinity });
  await nurse.taps('Send without details');
  await nurse.reads(/This network blocks the upload address/);
  line.heal();
  await nurse.reads('2 photos are on the desktop');
});
