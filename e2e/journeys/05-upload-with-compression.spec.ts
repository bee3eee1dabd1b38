/** Upload with compression: large photos arrive small, upright, and with nothing but their pixels. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { deltaE, lab } from '../../harness/photos/colour.ts';
import { FALSIFY } from '../../harness/faults/falsify.ts';
import { colourInTheMiddle, decode } from '../../harness/photos/jpeg.ts';
import { storedObjects } from '../../harness/stack/objects.ts';
import { makeDisplayP3, PATCH, type Orientation } from '../../harness/photos/photos.ts';
import { Session } from '../../harness/people/practice.ts';
import type { Stack } from '../../harness/stack/stack.ts';
import { expectStored, expectUpright, MAX_IMAGE_BYTES } from '../../harness/photos/stored.ts';
import { expect, test } from '../../harness/journey.ts';
import type { Nurse } from '../../harness/people/nurse.ts';

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const ROADS = [
  { falsified: false, road: 'the browser’s codecs' },
  { falsified: true, road: 'its own codecs, where the browser falsifies pixels' },
];
/** The script of the engine's worker, and the program with its own codecs. */
const ENGINE = /\/worker-[^/]*\.js$/;
const OWN_CODECS = /purecodec[^/]*\.wasm$/;
const REAL = ['galaxy-s7-12mp.jpg', 'gps.jpg', 'iphone-6plus-8mp-portrait.jpg', 'orientation/landscape_6.jpg'];

test('two photos of several megabytes, one of them turned', async ({ nurse, page, photos, stack }) => {
  const files = [
    ...(await photos(1, { width: 4032, height: 3024, orientation: 6 })),
    ...(await photos(1, { width: 3264, height: 2448 })),
  ];
  for (const file of files) expect(statSync(file).size).toBeGreaterThan(2 * MAX_IMAGE_BYTES);
  const session = await sendsAll(nurse, stack, files, '2 photos are on the desktop');
  expectUpright(await expectStored(page, stack, session.encounterId, 2), 1);
});

for (const { falsified, road } of ROADS) {
  test(`every EXIF orientation arrives upright, by ${road}`, async ({ nurse, line, page, photos, stack }) => {
    if (falsified) line.preludes.push({ of: ENGINE, script: FALSIFY });
    const files = [];
    for (const orientation of ORIENTATIONS)
      files.push(...(await photos(1, { width: 2800, height: 2000, orientation })));
    const session = await sendsAll(nurse, stack, files, '8 photos are on the desktop');
    expectUpright(await expectStored(page, stack, session.encounterId, 8), 4);
    expect(line.asked.some(({ what }) => OWN_CODECS.test(what))).toBe(falsified);
  });

  test(`a colour of Display P3 stays what it is, by ${road}`, async ({ nurse, line, page, stack }, info) => {
    if (falsified) line.preludes.push({ of: ENGINE, script: FALSIFY });
    const file = info.outputPath('display-p3.jpg');
    await makeDisplayP3(page, file);
    const session = await sendsAll(nurse, stack, [file], '1 photo is on the desktop');
    const [stored] = await storedObjects(stack, session.encounterId);
    const red = lab('display-p3', PATCH);
    expect(deltaE(lab('srgb', await colourInTheMiddle(page, stored?.bytes ?? Buffer.of())), red)).toBeLessThan(2);
    expect(deltaE(lab('srgb', PATCH), red), 'a lost profile would show').toBeGreaterThan(3);
    expect(line.asked.some(({ what }) => OWN_CODECS.test(what))).toBe(falsified);
  });
}

test('photos of real phones', async ({ nurse, page, stack }) => {
  const folder = process.env.PHOTOS ?? '';
  test.skip(!existsSync(folder), 'PHOTOS names no folder of real photos');
  const files = REAL.map((name) => join(folder, name));
  const session = await sendsAll(nurse, stack, files, `${files.length} photos are on the desktop`);
  const objects = await expectStored(page, stack, session.encounterId, files.length);
  expect(objects.map(shape).sort()).toEqual((await decodeAll(page, files)).map(shape).sort());
});

/** In their own session; the receipt says so. */
async function sendsAll(nurse: Nurse, stack: Stack, files: readonly string[], receipt: string): Promise<Session> {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(files);
  await nurse.taps('Send without details');
  await nurse.reads(receipt);
  return session;
}

/** Width over height in percent. */
const shape = ({ width, height }: { width: number; height: number }): number => Math.round((100 * width) / height);

async function decodeAll(page: Page, files: readonly string[]): Promise<{ width: number; height: number }[]> {
  const sizes = [];
  for (const file of files) sizes.push(await decode(page, readFileSync(file)));
  return sizes;
}
