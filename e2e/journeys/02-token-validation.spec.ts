/** Token validation, on the phone: a code opens its own patient's session and no other. */

import { Session } from '../../harness/people/practice.ts';
import { button, expect, test } from '../../harness/journey.ts';

const NEW_CODE = /Show a new code on the desktop/;

test('a code opens the session of its patient', async ({ nurse, stack }) => {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.sees(button('Gallery'));
  await nurse.reads(new RegExp(session.patientLabel));
});

test('a code that was renewed is refused, and the new one works', async ({ nurse, stack }) => {
  const session = await Session.open(stack);
  const renewed = await session.freshUrl();
  await nurse.scans(session.url);
  await nurse.reads('This code has expired');
  await nurse.reads(NEW_CODE);
  await nurse.scans(renewed);
  await nurse.sees(button('Gallery'));
});

for (const [what, change] of Object.entries({
  'with a letter changed': (url: string) => url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A'),
  'cut short': (url: string) => url.slice(0, -6),
})) {
  test(`a code ${what} is refused`, async ({ nurse, stack }) => {
    const session = await Session.open(stack);
    await nurse.scans(change(session.url));
    await nurse.reads(NEW_CODE);
    await nurse.doesNotSee(button('Gallery'));
  });
}

test('the code of a session that was ended opens nothing', async ({ nurse, stack }) => {
  const session = await Session.open(stack);
  await session.end();
  await nurse.scans(session.url);
  await nurse.reads(NEW_CODE);
  const again = await session.reopen();
  expect(await again.images()).toEqual([]);
});
