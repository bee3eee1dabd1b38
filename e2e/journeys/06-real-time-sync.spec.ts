/** Real-time sync: photos from a phone appear at once on the right desktop, and on no other. */

import { storedObjects } from '../../harness/stack/objects.ts';
import { Session } from '../../harness/people/practice.ts';
import { expect, OTHER_PATIENT, PATIENT, test } from '../../harness/journey.ts';

test.use({ about: 'clinician' });

test('photos appear by themselves, with their own patient alone', async ({ clinician, nurse, photos, stack }) => {
  await clinician.receives(nurse, PATIENT, await photos(2));
  await clinician.turnsTo(OTHER_PATIENT);
  await clinician.hasPhotos(0);
  expect(await storedObjects(stack, OTHER_PATIENT)).toEqual([]);
  await clinician.turnsTo(PATIENT);
  await clinician.hasPhotos(2);
});

test('a change made on another desktop is shown here', async ({ clinician, nurse, photos, stack }) => {
  await clinician.receives(nurse, PATIENT, await photos(1));
  const elsewhere = await Session.open(stack, undefined, PATIENT);
  const [image] = await elsewhere.images();
  await elsewhere.describe(image?.imageId ?? '', { bodySite: 'nose', laterality: 'na' });
  await clinician.reads(/Nose/);
  await elsewhere.remove(image?.imageId ?? '');
  await clinician.hasPhotos(0);
});
