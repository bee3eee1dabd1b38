/** Desktop review: photos are looked at, completed, and added to the record, and the session is ended. */

import { storedObjects } from '../../harness/stack/objects.ts';
import { button, expect, PATIENT, test } from '../../harness/journey.ts';

test.use({ about: 'clinician' });

test('nothing goes into the record before each photo has a site and a side', async ({
  clinician,
  nurse,
  photos,
  stack,
}) => {
  await clinician.receives(nurse, PATIENT, await photos(2));
  await clinician.taps('Hide code');
  await clinician.reads('The record needs a site and a side for every photo.');
  await clinician.doesNotSee(button(/^Add 2 photos to the record$/));
  await clinician.taps('Complete 2 photos');
  await clinician.picks('Body site', 'Forearm');
  await clinician.chooses(/^Left$/);
  await clinician.taps('Use site and side for 1 more photo');
  await clinician.taps('Close');
  await clinician.taps('Add 2 photos to the record');
  await clinician.counts({ kind: '[data-record-id]' }, 2);
  await clinician.reads('All photos are in the record.');
  await clinician.taps('End session');
  await clinician.reads('This session has ended');
  await clinician.hasPhotos(0);
  await clinician.counts({ kind: '[data-record-id]' }, 2);
  await expect.poll(() => storedObjects(stack, PATIENT)).toEqual([]);
});

test('a photo is looked at closely, and a wrong one is removed and brought back', async ({
  clinician,
  nurse,
  photos,
}) => {
  await clinician.receives(nurse, PATIENT, await photos(2));
  await clinician.taps('Hide code');
  await clinician.taps(/^Open photo 1/);
  await clinician.taps('Zoom in');
  await clinician.taps('Turn right');
  await clinician.taps('Next photo');
  await clinician.taps('Remove photo');
  await clinician.taps('Close');
  await clinician.hasPhotos(1);
  await clinician.taps(/^Restore photo \d$/);
  await clinician.hasPhotos(2);
});

test('a photo is annotated on a copy, and a slip does not lose the drawing', async ({ clinician, nurse, photos }) => {
  await clinician.receives(nurse, PATIENT, await photos(1));
  await clinician.taps('Hide code');
  await clinician.taps(/^Open photo 1/);
  await clinician.taps('Annotate');
  await clinician.chooses('Text');
  await clinician.presses('[role=application]');
  await clinician.types('Text on the photo', 'mole A');
  await clinician.taps('Add text');
  await clinician.reads('Text added.');
  await clinician.taps('Close');
  await clinician.reads('Discard this drawing?');
  await clinician.taps('Keep drawing');
  await clinician.taps('Save as new photo');
  await clinician.reads('Annotated copy');
  await clinician.taps('Close');
  await clinician.hasPhotos(2);
});
