/** Upload with compression: heavy photos arrive light, upright, and saying nothing but their pixels. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { decode } from '../support/jpeg';
import type { Orientation } from '../support/photos';
import { Session } from '../support/session';
import { expectStored, expectUpright, MAX_IMAGE_BYTES } from '../support/stored';
import { expect, test } from './journey';

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const REAL = ['galaxy-s7-12mp.jpg', 'gps.jpg', 'iphone-6plus-8mp-portrait.jpg', 'orientation/landscape_6.jpg'];

test('two photos of several megabytes, one of them turned', async ({ nurse, page, photos, stack }) => {
  const files = [...(await photos(1, { width: 4032, height: 3024, orientation: 6 })), ...(await photos(1, { width: 3264, height: 2448 }))];
  for (const file of files) expect(statSync(file).size).toBeGreaterThan(2 * MAX_IMAGE_BYTES);
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(files);
  await nurse.taps('Send without details');
  await nurse.reads('2 photos are on the desktop');
  expectUpright(await expectStored(page, stack, session.encounterId, 2), 1);
});

test('every EXIF orientation arrives upright', async ({ nurse, page, photos, stack }) => {
  const files = [];
  for (const orientation of ORIENTATIONS) files.push(...(await photos(1, { width: 640, height: 480, orientation })));
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(files);
  await nurse.taps('Send without details');
  await nurse.reads('8 photos are on the desktop');
  expectUpright(await expectStored(page, stack, session.encounterId, 8), 4);
});

test('photos of real phones', async ({ nurse, page, stack }) => {
  const folder = process.env.PHOTOS ?? '';
  test.skip(!existsSync(folder), 'PHOTOS names no folder of real photos');
  const files = REAL.map((name) => join(folder, name));
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(files);
  await nurse.taps('Send without details');
  await nurse.reads(`${files.length} photos are on the desktop`);
  const objects = await expectStored(page, stack, session.encounterId, files.length);
  expect(objects.map(shape).sort()).toEqual((await decodeAll(page, files)).map(shape).sort());
});

/** Width over height in percent. */
const shape = ({ width, height }: { width: number; height: number }): number => Math.round((100 * width) / height);

async function decodeAll(page: Page, files: readonly string[]): Promise<{ width: number; height: number }[]> {
  const sizes = [];
  for (const file of files) sizes.push(await decode(page, readFileSync(file)));
  return sizes;
}
