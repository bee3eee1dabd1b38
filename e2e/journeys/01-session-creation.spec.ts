/** Session creation, on the desktop: a patient is opened, and a code is shown on request. */

import { button, expect, OTHER_PATIENT, PATIENT, test, words } from '../../harness/journey.ts';

test.use({ about: 'clinician' });

const CODE = { kind: '[data-testid="qr"]' };

test('the code is shown when it is asked for, and hidden again', async ({ clinician, stack }) => {
  await clinician.opensPatient(PATIENT);
  await clinician.doesNotSee(CODE);
  expect(await clinician.showsCode()).toMatch(new RegExp(`^${stack.edge}/mobile#t=[\\w-]{22,}$`));
  await clinician.reads(/^Expires in (10:00|9:\d\d)$/);
  await clinician.taps('Hide code');
  await clinician.doesNotSee(CODE);
});

test('a phone that scans the code is listed, and works for the patient who was open', async ({ clinician, nurse }) => {
  await clinician.opensPatient(PATIENT);
  await clinician.reads('No phone connected');
  await nurse.scans(await clinician.showsCode());
  await nurse.sees(button('Gallery'));
  await clinician.reads('Phone connected');
  await clinician.turnsTo(OTHER_PATIENT);
  await clinician.reads('No phone connected');
});

test('a new code is another one', async ({ clinician }) => {
  await clinician.opensPatient(PATIENT);
  const earlier = await clinician.showsCode();
  await clinician.taps('New code');
  await expect.poll(() => clinician.readsCode()).not.toBe(earlier);
  await clinician.sees(words(/^Expires in/));
});
