/** A practice whose network blocks WebSockets: the desktop receives events by HTTP. */

import { Session } from '../../harness/people/practice.ts';
import { PATIENT, test } from '../../harness/journey.ts';

test.use({ about: 'clinician', webSockets: false });

/** The realtime server is connected. "polling" would mean that the widget polls the list. */
const LIVE = { kind: '[data-testid=status][data-connection=live]' };

test('photos appear by themselves, and what another desktop changes', async ({ clinician, nurse, photos, stack }) => {
  await clinician.opensPatient(PATIENT);
  await clinician.sees(LIVE);
  await nurse.takesPhotos(await clinician.showsCode(), await photos(2));
  await nurse.taps('Send without details');
  await clinician.hasPhotos(2);
  const elsewhere = await Session.open(stack, undefined, PATIENT);
  const [image] = await elsewhere.images();
  await elsewhere.describe(image?.imageId ?? '', { bodySite: 'nose', laterality: 'na' });
  await clinician.reads(/Nose/);
  await elsewhere.remove(image?.imageId ?? '');
  await clinician.hasPhotos(1);
  await clinician.sees(LIVE);
});
