/** An earlier photo of the record next to today's, over it, and as a guide on the phone's camera. */

import { decode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { watchCameras } from '../../harness/faults/cameras.ts';
import { Session } from '../../harness/people/practice.ts';
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
    await clinician.inPage(putIntoRecord);
    await clinician.taps(/^Open photo 1/);
    await clinician.taps('Compare');
    await clinician.taps('Overlay');
    await clinician.sees({ kind: '.wipe input' });
    // A screenshot may still show the frame before.
    const share = async (): Promise<number> => magentaOf(PNG.sync.read(await clinician.screenshot()));
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
  await session.offersGuide(await nurse.inPage(magentaPhoto));
  await nurse.inPage(watchCameras);
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  await nurse.sees(GHOST);
  await nurse.slides('.finder-strength input', 80);
  await expect
    .poll(async () => magentaOf(PNG.sync.read(await nurse.screenshot())), { timeout: 20_000 })
    .toBeGreaterThan(0.1);
  await nurse.taps('Take photo');
  await nurse.taps('Done (1)');
  await nurse.taps('Send without details');
  await nurse.reads(/1 photo is on the desktop/, 60_000);
  const [photo] = await storedObjects(stack, session.encounterId);
  expect(magentaOf(decode(photo?.bytes ?? Buffer.of()))).toBe(0);
});

/** The share of pixels that are more red and blue than green, as nothing in the tests' photos and cameras is. */
function magentaOf({ data, width, height }: { data: Uint8Array; width: number; height: number }): number {
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    if (red > 130 && blue > 130 && green < 0.55 * Math.min(red, blue)) found++;
  }
  return found / (width * height);
}

/** Runs in the page: a record with one photo of another colour than any of today. */
async function putIntoRecord(): Promise<void> {
  const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 800 });
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = '#ff00ff';
  context?.fillRect(0, 0, 600, 800);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const widget = document.querySelector('photobridge-widget');
  if (!blob || !widget) throw new Error('no widget');
  widget.earlier = [{ url: URL.createObjectURL(blob), time: '2026-01-02' }];
}

/** Runs in the page: the same photo as the widget offers it to phones, in base64. */
function magentaPhoto(): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 640 });
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = '#ff00ff';
  context?.fillRect(0, 0, 480, 640);
  return canvas.toDataURL('image/jpeg', 0.7).replace(/^[^,]*,/, '');
}
