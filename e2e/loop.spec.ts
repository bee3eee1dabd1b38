import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from '@playwright/test';
import { Desktop } from './support/desktop';
import { decode } from './support/jpeg';
import { storedObjects } from './support/objects';
import { Phone } from './support/phone';
import { makePhoto } from './support/photos';
import { expectStored, expectUpright, MAX_IMAGE_BYTES } from './support/stored';
import { expect, test } from './support/test';

const SNOMED = 'http://snomed.info/sct';

test('a photo goes from the phone to the right patient, and to nobody else', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, 'enc-1001');
  const other = await Desktop.open(browser, stack, 'enc-1002');
  const files = [
    await makePhoto(desktop.page, info.outputDir, 'turned.jpg', { width: 4032, height: 3024, orientation: 6 }),
    await makePhoto(desktop.page, info.outputDir, 'upright.jpg', { width: 3264, height: 2448, orientation: 1 }),
  ];
  for (const file of files) expect(statSync(file).size).toBeGreaterThan(2 * MAX_IMAGE_BYTES);

  const url = await desktop.scanCode();
  expect(url).toMatch(new RegExp(`^${stack.edge}/mobile#t=[\\w-]{22,}$`));
  const phone = await Phone.scan(browser, url);
  await describeFirstAndSend(phone, files);

  await expect(desktop.painted).toHaveCount(2);
  await expectCoded(desktop);
  const objects = await expectStored(desktop.page, stack, 'enc-1001', 2);
  expectUpright(objects, 1);

  await expect(other.tiles).toHaveCount(0);
  expect(await storedObjects(stack, 'enc-1002')).toHaveLength(0);
  // On the same desktop, another patient: the first one's photos go, and come back with the first one.
  await desktop.page.locator('[data-encounter-id="enc-1002"]').click();
  await expect(desktop.page.getByTestId('status')).toHaveAttribute('data-phone', 'none');
  await expect(desktop.tiles).toHaveCount(0);
  await desktop.page.locator('[data-encounter-id="enc-1001"]').click();
  await expect(desktop.painted).toHaveCount(2);
  await Promise.all([desktop.close(), other.close(), phone.close()]);
});

test('real photos arrive small, upright and without metadata', async ({ browser, stack }) => {
  const folder = process.env.PHOTOS;
  test.skip(folder === undefined || !existsSync(folder), 'PHOTOS names no folder of real photos');
  const files = ['galaxy-s7-12mp.jpg', 'gps.jpg', 'iphone-6plus-8mp-portrait.jpg', 'orientation/landscape_6.jpg'].map((name) => join(folder ?? '', name));
  const desktop = await Desktop.open(browser, stack, 'enc-1003');
  const phone = await Phone.scan(browser, await desktop.scanCode());
  await describeFirstAndSend(phone, files);

  await expect(desktop.painted).toHaveCount(files.length);
  const objects = await expectStored(desktop.page, stack, 'enc-1003', files.length);
  const shapes = await shapesOf(browser, files);
  expect(objects.map(({ width, height }) => Math.round((100 * width) / height)).sort()).toEqual(shapes.sort());
  await Promise.all([desktop.close(), phone.close()]);
});

/** Chooses the photos, gives the first a side and a site, skips the others, sends, and reads the receipt. */
async function describeFirstAndSend(phone: Phone, files: string[]): Promise<void> {
  const count = files.length;
  await phone.choose(files);
  await expect(phone.tiles).toHaveCount(count);
  await phone.button('Add details').tap();
  await phone.button('Left').and(phone.page.locator('[data-choice="laterality"]')).tap();
  await phone.button('All sites').tap();
  await phone.button(/^Forearm$/).tap();
  await phone.button('Next').tap();
  for (let i = 2; i < count; i++) await phone.button('Skip').tap();
  await phone.button(`Send ${count} photos`).tap();
  await expect(phone.page.getByRole('heading', { name: new RegExp(`${count} photos`) })).toBeVisible({ timeout: 60_000 });
  await expect(phone.page.locator('.receipt')).toBeVisible({ timeout: 60_000 });
}

/** One image carries the coded site and side; the others carry none. */
async function expectCoded(desktop: Desktop): Promise<void> {
  const coded = (await desktop.images()).filter(({ metadata }) => metadata.bodySite ?? metadata.laterality);
  expect(coded.map(({ metadata }) => metadata)).toEqual([
    expect.objectContaining({
      laterality: { coding: [{ system: SNOMED, code: '7771000', display: 'Left' }], text: 'Left' },
      bodySite: { coding: [{ system: SNOMED, code: '14975008', display: 'Forearm structure' }], text: 'Forearm' },
    }),
  ]);
}

/** Width over height in percent, as a browser shows each file. */
async function shapesOf(browser: Browser, files: string[]): Promise<number[]> {
  const page = await browser.newPage();
  const shapes = [];
  for (const file of files) {
    const { width, height } = await decode(page, readFileSync(file));
    shapes.push(Math.round((100 * width) / height));
  }
  await page.close();
  return shapes;
}
