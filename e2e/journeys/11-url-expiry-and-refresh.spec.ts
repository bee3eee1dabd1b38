/** URL expiry and refresh: an expired presigned URL is replaced without an error for the user. */

import { inject } from '../../harness/faults/faults.ts';
import { Session } from '../../harness/people/practice.ts';
import { expect, PATIENT, test } from '../../harness/journey.ts';

test('upload URLs that have lapsed are signed again', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(3));
  await inject(stack, { service: 's3', route: 'PUT object', effect: 'expire', next: 3 });
  await nurse.taps('Send without details');
  await nurse.reads('3 photos are on the desktop');
  expect(await session.images()).toHaveLength(3);
});

test.describe('on the desktop', () => {
  test.use({ about: 'clinician' });

  test('photos whose URLs have lapsed are shown by new ones', async ({ clinician, nurse, photos, stack }) => {
    await clinician.opensPatient(PATIENT);
    await nurse.scans(await clinician.showsCode());
    await inject(stack, { service: 's3', route: 'GET object', effect: 'expire', next: 2 });
    await nurse.choosesPhotos(await photos(2));
    await nurse.taps('Send without details');
    await clinician.hasPhotos(2);
  });
});
