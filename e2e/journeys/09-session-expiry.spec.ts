/** Session expiry: a session ends after two idle hours, and photos that have not arrived are kept. */

import { expireSession } from '../../harness/faults/faults.ts';
import { Session } from '../../harness/people/practice.ts';
import { expect, PATIENT, test } from '../../harness/journey.ts';

test.describe('on the phone', () => {
  test('the photos are kept, and a new code sends them', async ({ nurse, photos, stack }) => {
    const session = await Session.open(stack);
    await nurse.takesPhotos(session.url, await photos(2));
    await expireSession(stack, session.encounterId);
    await nurse.taps('Send without details');
    await nurse.reads('The session has ended');
    await nurse.reads(/2 photos are safe on this phone/);
    const again = await session.reopen();
    await nurse.scans(again.url);
    await nurse.reads('2 photos are on the desktop');
    expect(await again.images()).toHaveLength(2);
  });

  test('the code of another patient does not send or erase them', async ({ nurse, photos, stack }) => {
    const session = await Session.open(stack);
    const other = await Session.open(stack, 'Tui Example, 01.01.1980');
    await nurse.takesPhotos(session.url, await photos(1));
    await nurse.scans(other.url);
    await nurse.reads(/^Another patient$/);
    await nurse.taps(/^Go to Tui Example/);
    await nurse.reads(/^1 photo of .* is waiting on this phone/);
    await nurse.taps('Go there');
    await nurse.taps('Send without details');
    await nurse.reads('1 photo is on the desktop');
    expect(await session.images()).toHaveLength(1);
    expect(await other.images()).toEqual([]);
  });
});

test.describe('on the desktop', () => {
  test.use({ about: 'clinician' });

  test('what is not in the record yet stays on the screen, and can still go there', async ({
    clinician,
    nurse,
    photos,
    stack,
  }) => {
    await clinician.receives(nurse, PATIENT, await photos(1));
    await clinician.taps('Complete 1 photo');
    await clinician.picks('Body site', 'Hand');
    await expireSession(stack, PATIENT);
    await clinician.chooses(/^Right$/);
    await clinician.taps('Close');
    await clinician.reads(/1 photo that is not in the record yet is kept on this screen/);
    await clinician.hasPhotos(1);
    await clinician.taps('Open again');
    await clinician.taps('Add 1 photo to the record');
    await clinician.counts({ kind: '[data-record-id]' }, 1);
  });
});
