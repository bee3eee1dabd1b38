/** Metadata entry, on the phone: site, side, view and a note arrive in the record's codes. */

import { Session } from '../../harness/people/practice.ts';
import { expect, PATIENT, test } from '../../harness/journey.ts';

test('the site, side, view and note of one photo, and none of the other', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(await photos(2));
  await nurse.taps('Add details');
  await nurse.chooses(/^Left$/);
  await nurse.taps('All sites');
  await nurse.taps('Forearm');
  await nurse.chooses('Close-up');
  await nurse.types('Notes', 'Since three weeks');
  await nurse.taps('Next');
  await nurse.taps('Send 2 photos');
  await nurse.reads('2 photos are on the desktop');
  const details = (await session.images()).map(({ metadata }) => metadata);
  expect(details).toHaveLength(2);
  expect(details).toContainEqual(
    expect.objectContaining({ bodySite: 'forearm', laterality: 'left', view: 'close-up', notes: 'Since three weeks' }),
  );
  expect(details.filter(({ bodySite, laterality }) => bodySite === undefined && laterality === undefined)).toHaveLength(
    1,
  );
});

test('the next photo takes over the details of the last one', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(await photos(2));
  await nurse.taps('Add details');
  await nurse.chooses(/^Right$/);
  await nurse.taps('All sites');
  await nurse.taps('Thigh');
  await nurse.taps('Next');
  await nurse.taps(/^Same as photo 1/);
  await nurse.taps('Send 2 photos');
  await nurse.reads('2 photos are on the desktop');
  expect((await session.images()).map(({ metadata: { bodySite, laterality } }) => [bodySite, laterality])).toEqual([
    ['thigh', 'right'],
    ['thigh', 'right'],
  ]);
});

test('the record gets SNOMED CT codes', async ({ clinician, nurse, photos }) => {
  await clinician.opensPatient(PATIENT);
  await nurse.scans(await clinician.showsCode());
  await nurse.choosesPhotos(await photos(1));
  await nurse.taps('Add details');
  await nurse.chooses(/^Left$/);
  await nurse.taps('All sites');
  await nurse.taps('Forearm');
  await nurse.taps('Send 1 photo');
  await clinician.hasPhotos(1);
  await clinician.taps('Add 1 photo to the record');
  await clinician.reads(/Forearm structure \(14975008\), Left \(7771000\)/);
});
