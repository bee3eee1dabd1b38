/** An earlier photo of the record next to today's, over it, and as a guide on the phone's camera. */

import { decode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { watchCameras } from '../../harness/faults/cameras.ts';
import { Session } from '../../harness/people/practice.ts';
import { earlierJpeg, earlierShare, passEarlier } from '../../harness/photos/earlier.ts';
import { storedObjects } from '../../harness/stack/objects.ts';
import { button, expect, PATIENT, test } from '../../harness/journey.ts';

test.use({ handset: { fakeCamera: true } });

const SHUTTER = { kind: '.camera-shutter[aria-disabled="false"]' };
const GHOST = { kind: '.finder-ghost' };

test.describe('on the desktop', () => {
  test.use({ about: 'clinician' });

  test('an earlier photo lies over the one of today, and goes to the phone', async ({ clinician, nurse, photos }) => {
    await clinician.receives(nurse, PATIENT, await photos(1));
    await clinician.taps('Hide code');
    await clinician.inPage(passEarlier);
    await clinician.taps(/^Open photo 1/);
    await clinician.taps('Compare');
    await clinician.taps('Overlay');
    await clinician.sees({ kind: '.wipe input' });
    // A screenshot may still show the frame before.
    const share = async (): Promise<number> => earlierShare(PNG.sync.read(await clinician.screenshot()));
    await clinician.slides('.wipe input', 5);
    await expect.poll(share, { timeout: 20_000 }).toBeLessThan(0.005);
    await clinician.slides('.wipe input', 95);
    await expect.poll(share, { timeout: 20_000 }).toBeGreaterThan(0.1);

    await clinician.taps('Show on the phone’s camera');
    await clinician.reads('The quick camera on the phone shows this photo, half transparent.');
    await nurse.taps('Take more');
    await nurse.taps('Quick camera');
    await nurse.sees(GHOST);
    await nurse.taps('Close');
    await clinician.taps('Show on the phone’s camera');
    await clinician.sees({ kind: '.comparing button[aria-pressed="false"]', says: 'Show on the phone’s camera' });
    await nurse.taps('Quick camera');
    await nurse.sees(SHUTTER);
    await nurse.doesNotSee(GHOST);
  });
});

test('the phone’s camera shows the earlier photo, and no pixel of it is in the new one', async ({ nurse, stack }) => {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.sees(button('Quick camera'));
  await session.offersGuide(await nurse.inPage(earlierJpeg));
  await nurse.inPage(watchCameras);
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  await nurse.sees(GHOST);
  await nurse.slides('.finder-strength input', 80);
  await expect
    .poll(async () => earlierShare(PNG.sync.read(await nurse.screenshot())), { timeout: 20_000 })
    .toBeGreaterThan(0.1);
  await nurse.taps('Take photo');
  await nurse.taps('Done (1)');
  await nurse.taps('Send without details');
  await nurse.reads(/1 photo is on the desktop/, 60_000);
  const [photo] = await storedObjects(stack, session.encounterId);
  expect(earlierShare(decode(photo?.bytes ?? Buffer.of()))).toBe(0);
});
