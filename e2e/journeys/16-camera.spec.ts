/** The camera inside the page: Chromium's and Firefox's fake one. WebKitGTK has none, so a canvas replaces it. */

import { listLenses, watchCameras } from '../../harness/faults/cameras.ts';
import type { Nurse } from '../../harness/people/nurse.ts';
import { Session } from '../../harness/people/practice.ts';
import { button, expect, test } from '../../harness/journey.ts';

test.use({ handset: { fakeCamera: true } });

const SHUTTER = { kind: '.camera-shutter[aria-disabled="false"]' };
const NO_SHUTTER = { kind: '.camera-shutter[aria-disabled="true"]' };

/** Opens the phone's page with a camera that the test controls. */
async function scans(nurse: Nurse, url: string): Promise<void> {
  await nurse.scans(url);
  await nurse.sees(button('Quick camera'));
  await nurse.inPage(watchCameras);
}

const live = (nurse: Nurse): Promise<number> =>
  nurse.inPage(() => cameras.tracks.filter(({ readyState }) => readyState === 'live').length);

const hides = (nurse: Nurse): Promise<void> =>
  nurse.inPage(() => {
    cameras.hidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
  });

const looksAgain = (nurse: Nurse): Promise<void> =>
  nurse.inPage(() => {
    cameras.hidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
  });

test('a photo is taken, with the moment of the shutter, and the stream ends with the sheet', async ({
  nurse,
  stack,
}) => {
  const session = await Session.open(stack);
  await scans(nurse, session.url);
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  const before = Date.now();
  await nurse.taps('Take photo');
  await nurse.taps('Done (1)');
  await expect.poll(() => live(nurse)).toBe(0);
  await nurse.taps('Send without details');
  await nurse.reads(/1 photo is on the desktop/, 60_000);
  const [image] = await session.images();
  const { captured } = image?.metadata ?? {};
  expect(captured?.source).toBe('camera');
  const at = Date.parse(`${captured?.local}${captured?.offset}`);
  expect(at).toBeGreaterThan(before - 5_000);
  expect(at).toBeLessThanOrEqual(Date.now());
});

test('hidden and closed while permission is pending: no camera stays on, and the next time there is one', async ({
  nurse,
  stack,
}) => {
  await scans(nurse, (await Session.open(stack)).url);
  await nurse.inPage(() => void (cameras.prompt = true));
  await nurse.taps('Quick camera');
  await nurse.reads('Starting the camera…');
  await hides(nurse);
  await looksAgain(nurse);
  await hides(nurse);
  await nurse.taps('Close');
  await looksAgain(nurse);
  await nurse.inPage(() => void (cameras.prompt = false));
  await expect.poll(() => nurse.inPage(() => cameras.tracks.length)).toBe(1);
  await expect.poll(() => live(nurse)).toBe(0);
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  expect(await live(nurse)).toBe(1);
});

test('a camera that is busy, is lost or is taken by a call says so, and runs again', async ({ nurse, stack }) => {
  await scans(nurse, (await Session.open(stack)).url);
  await nurse.inPage(() => void (cameras.refuse = 'NotReadableError'));
  await nurse.taps('Quick camera');
  await nurse.reads(/Another app uses the camera/);
  await nurse.inPage(() => void (cameras.refuse = ''));
  await nurse.taps('Try again');
  await nurse.sees(SHUTTER);

  await nurse.inPage(() => {
    cameras.prompt = true;
    cameras.report('ended');
  });
  await nurse.sees(NO_SHUTTER);
  await nurse.inPage(() => void (cameras.prompt = false));
  await nurse.sees(SHUTTER);
  expect(await live(nurse)).toBe(1);

  await nurse.inPage(() => cameras.report('mute'));
  await nurse.reads(/A call or another app is using the camera/);
  await nurse.sees(NO_SHUTTER);
  await nurse.inPage(() => cameras.report('unmute'));
  await nurse.sees(SHUTTER);
});

test('the main lens is opened; another one can be chosen, and is opened the next time', async ({ nurse, stack }) => {
  const session = await Session.open(stack);
  await scans(nurse, session.url);
  await nurse.inPage(listLenses);
  const asked = () =>
    nurse.inPage(() =>
      cameras.asked.map(({ video }) => (video as { deviceId?: { exact: string } }).deviceId?.exact ?? 'any'),
    );
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  expect(await asked()).toEqual(['any', 'main']);
  await nurse.taps('Lens 2/2');
  await nurse.sees(button('Lens 1/2'));
  await nurse.sees(SHUTTER);
  expect(await live(nurse)).toBe(1);
  await nurse.taps('Close');
  expect(await asked()).toEqual(['any', 'main', 'wide']);
  await nurse.opens('about:blank');
  await scans(nurse, session.url);
  await nurse.inPage(listLenses);
  await nurse.taps('Quick camera');
  await nurse.sees(SHUTTER);
  expect(await asked()).toEqual(['wide']);
});
