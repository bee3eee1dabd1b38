/** From the toolbar of Medtech Evolution to the patient's inbox, and from a SMART server to its record. */

import { createHash } from 'node:crypto';
import type { Browser } from '@playwright/test';
import type { Media, Patient } from 'fhir/r4';
import { fromArrayBuffer } from 'geotiff';
import { decode as decodeJPEG } from 'jpeg-js';
import { inject, keepRecordAt, restore, type Fault } from '../harness/faults/faults.ts';
import { DESKTOP } from '../harness/people/desktop.ts';
import {
  DeskPage,
  emptyInbox,
  EVOLUTION_PATIENT,
  inbox,
  OTHER_EVOLUTION_PATIENT,
  scanFile,
  SMART_PATIENT,
} from '../harness/people/evolution.ts';
import { Phone } from '../harness/people/phone.ts';
import { makePhotos } from '../harness/photos/photos.ts';
import { startFhirServer } from '../harness/stack/fhir.ts';
import { storedObjects } from '../harness/stack/objects.ts';
import type { Stack } from '../harness/stack/stack.ts';
import { expect, test } from '../harness/test.ts';

test.beforeEach(({ stack }) => emptyInbox(stack));
test.afterEach(async ({ browser, stack }) => {
  await restore(stack);
  for (const context of browser.contexts()) await context.close();
});

/** Launches a patient and has a phone send photos until they are painted. */
async function receives(browser: Browser, stack: Stack, patient: string, folder: string, widths: readonly number[]) {
  const desk = await DeskPage.launch(await browser.newContext(DESKTOP), stack, patient);
  const phone = await Phone.scan(browser, await desk.code());
  await phone.sendsPhotos(await makePhotos(desk.page, folder, widths));
  await expect(desk.tiles).toHaveCount(widths.length, { timeout: 60_000 });
  await phone.close();
  return desk;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Returns the JPEG inside a TIFF: its one strip, by the tags StripOffsets and StripByteCounts. */
function stripOf(tiff: Buffer): Buffer {
  const directory = tiff.readUInt32LE(4);
  const field = (tag: number): number => {
    for (let i = 0; i < tiff.readUInt16LE(directory); i++) {
      const at = directory + 2 + 12 * i;
      if (tiff.readUInt16LE(at) === tag) return tiff.readUInt32LE(at + 8);
    }
    throw new Error(`no tag ${tag}`);
  };
  return tiff.subarray(field(273), field(273) + field(279));
}

/** Returns the mean difference between the pixels that another program reads from a TIFF and those of the JPEG. */
async function distance(tiff: Buffer): Promise<number> {
  const image = await (await fromArrayBuffer(Uint8Array.from(tiff).buffer)).getImage();
  const seen = (await image.readRGB({ interleave: true })) as Uint8Array;
  const { data } = decodeJPEG(stripOf(tiff), { useTArray: true, formatAsRGBA: false });
  expect(seen).toHaveLength(data.length);
  return seen.reduce((sum, sample, i) => sum + Math.abs(sample - (data[i] ?? NaN)), 0) / data.length;
}

test('twenty photos reach the inbox, each once and unchanged', async ({ browser, stack }, info) => {
  test.setTimeout(240_000);
  const widths = Array.from({ length: 20 }, (_, i) => 700 + 4 * i);
  const desk = await receives(browser, stack, EVOLUTION_PATIENT, info.outputDir, widths);
  await expect(desk.banner).toContainText('Marguerite Okafor-Lindqvist, 14.03.1957, ZZZ0016');
  expect(desk.page.url()).toMatch(/\/desk\/[a-z0-9]{26}\/$/);
  const stored = (await storedObjects(stack, await desk.encounterId())).map(({ bytes }) => sha256(bytes));
  await desk.completesAll();
  await desk.adds();
  await expect(desk.page.getByText('All photos are in the record.')).toBeVisible({ timeout: 60_000 });
  const scans = await inbox(stack);
  const strips = await Promise.all(scans.map(async (scan) => sha256(stripOf(await scanFile(stack, scan)))));
  expect(strips.toSorted()).toEqual(stored.toSorted());
  expect(new Set(strips).size).toBe(20);
  const [newest] = scans;
  if (newest) expect(await distance(await scanFile(stack, newest))).toBeLessThan(2);
  for (const { title, contentType, date } of scans) {
    expect(title).toMatch(/left forearm \d+\.tiff$/);
    expect(contentType).toBe('image/tiff');
    expect(date).toMatch(/\+1[23]:00$/);
  }
});

const POST = 'POST DocumentReference';
const FAULTS: readonly (readonly [string, Omit<Fault, 'service'>])[] = [
  ['a lost response', { route: POST, effect: 'drop-after', next: 1 }],
  ['an error of the server', { route: POST, effect: 'status', status: 500, next: 1 }],
  ['too many requests', { route: POST, effect: 'status', status: 429, retryAfter: 1, next: 1 }],
  ['a token that expired', { route: POST, effect: 'status', status: 401, next: 1 }],
  ['a slow response', { route: POST, effect: 'delay', delayMs: 3000, next: 1 }],
];

for (const [name, fault] of FAULTS) {
  test(`${name} of ALEX: each photo is in the inbox once`, async ({ browser, stack }, info) => {
    const desk = await receives(browser, stack, EVOLUTION_PATIENT, info.outputDir, [640, 648]);
    await desk.completesAll();
    await inject(stack, { service: 'alex', ...fault });
    await desk.adds();
    await expect(desk.page.getByText('All photos are in the record.')).toBeVisible({ timeout: 30_000 });
    expect(await inbox(stack)).toHaveLength(2);
  });
}

test('a refusal is explained, and a retry sends the missing photos', async ({ browser, stack }, info) => {
  const desk = await receives(browser, stack, EVOLUTION_PATIENT, info.outputDir, [640, 648]);
  await desk.completesAll();
  const takeBack = await inject(stack, { service: 'alex', route: POST, effect: 'status', status: 403 });
  await desk.adds();
  await expect(desk.page.getByText(/may not add photos to this record/).first()).toBeVisible({ timeout: 30_000 });
  expect(await inbox(stack)).toHaveLength(0);
  await takeBack();
  await desk.button(/^Try 2 again$/).click();
  await expect(desk.page.getByText('All photos are in the record.')).toBeVisible({ timeout: 30_000 });
  expect(await inbox(stack)).toHaveLength(2);
});

test('two patients in two tabs stay apart, also after a reload', async ({ browser, stack }, info) => {
  const context = await browser.newContext(DESKTOP);
  const first = await DeskPage.launch(context, stack, EVOLUTION_PATIENT);
  const phone = await Phone.scan(browser, await first.code());
  const second = await DeskPage.launch(context, stack, OTHER_EVOLUTION_PATIENT);
  await expect(second.banner).toContainText('Tobias Wren');
  await phone.sendsPhotos(await makePhotos(first.page, info.outputDir, [640]));
  await expect(first.tiles).toHaveCount(1, { timeout: 30_000 });
  await expect(second.tiles).toHaveCount(0);
  first.page.once('dialog', (dialog) => void dialog.accept());
  await first.page.reload();
  await expect(first.banner).toContainText('Marguerite');
  await expect(first.tiles).toHaveCount(1, { timeout: 30_000 });
  await first.completesAll();
  await first.adds();
  await expect(first.page.getByText('All photos are in the record.')).toBeVisible({ timeout: 30_000 });
  expect((await inbox(stack)).map(({ patientId }) => patientId)).toEqual(['0f1e2d3c4b5a69788796a5b4c3d2e1f0']);
});

test('photos of an earlier launch are offered for the same patient only', async ({ browser, stack }, info) => {
  const desk = await receives(browser, stack, EVOLUTION_PATIENT, info.outputDir, [640]);
  const context = desk.page.context();
  const other = await DeskPage.launch(context, stack, OTHER_EVOLUTION_PATIENT);
  await expect(other.page.getByTestId('show-code')).toBeEnabled();
  await expect(other.button('Show them')).toHaveCount(0);
  const again = await DeskPage.launch(context, stack, EVOLUTION_PATIENT);
  await expect(again.page.getByText(/for Marguerite Okafor-Lindqvist.* are not in the record yet/)).toBeVisible();
  await again.button('Show them').click();
  await expect(again.tiles).toHaveCount(1, { timeout: 30_000 });
});

test('a failed launch says why', async ({ browser, stack }) => {
  const context = await browser.newContext(DESKTOP);
  const nobody = await DeskPage.launch(context, stack, 'no patient');
  await expect(nobody.page.getByRole('heading')).toHaveText('No patient is selected');
  const opened = await DeskPage.launch(context, stack, EVOLUTION_PATIENT);
  await expect(opened.banner).toBeVisible();
  const copied = await browser.newContext(DESKTOP);
  const page = await copied.newPage();
  await page.goto(opened.page.url());
  await expect(page.getByRole('heading')).toHaveText('Photobridge starts from the patient’s record');
});

test('a SMART launch opens the patient, and a FHIR server of others gets the photo', async ({
  browser,
  stack,
}, info) => {
  const server = await startFhirServer({
    resourceType: 'Patient',
    id: 'pat-3001',
    name: [{ text: 'Amara Castellanos' }],
    birthDate: '2019-06-27',
  } as Patient);
  const takeBack = await keepRecordAt(stack, server.url);
  const desk = await DeskPage.launch(await browser.newContext(DESKTOP), stack, SMART_PATIENT, 'smart');
  await expect(desk.banner).toContainText('Amara Castellanos, 27.06.2019');
  expect(desk.page.url()).toMatch(/\/desk\/[a-z0-9]{26}\/$/);
  const phone = await Phone.scan(browser, await desk.code());
  await phone.sendsPhotos(await makePhotos(desk.page, info.outputDir, [640]));
  await expect(desk.tiles).toHaveCount(1, { timeout: 30_000 });
  const stored = await storedObjects(stack, await desk.encounterId());
  await desk.completesAll();
  await desk.adds();
  await expect(desk.page.getByText('All photos are in the record.')).toBeVisible({ timeout: 30_000 });
  const [media, ...others] = await server.all<Media>('Media');
  expect(others).toHaveLength(0);
  expect(media?.subject?.reference).toBe('Patient/pat-3001');
  expect(media?.encounter?.reference).toBe('Encounter/enc-3001');
  expect(sha256(Buffer.from(media?.content.data ?? '', 'base64'))).toBe(sha256(stored[0]?.bytes ?? Buffer.of()));
  await takeBack();
  server.stop();
});
