/** Photos that are added on the desktop: dropped, pasted and picked, through the phone's engine. */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { clearFaults, inject } from '../../harness/faults/faults.ts';
import { askConsentOnDesktop } from '../../harness/people/consent.ts';
import { Desktop } from '../../harness/people/desktop.ts';
import { metadataSegments } from '../../harness/photos/jpeg.ts';
import { makePhoto, makePhotos } from '../../harness/photos/photos.ts';
import { storedObjects } from '../../harness/stack/objects.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';

test.afterEach(({ stack }) => clearFaults(stack));

/** Returns the page's text for each photo that is being added. */
const added = (page: Page): Locator => page.locator('[data-adding-id]');

/** Drags files over the widget and drops them, or pastes them. */
async function hands(page: Page, way: 'drop' | 'paste', ...paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({ name: basename(path), base64: readFileSync(path).toString('base64') }));
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: /pdf$/.test(name) ? 'application/pdf' : 'image/jpeg' }));
    }
    return data;
  }, files);
  const widget = page.locator('photobridge-widget section').first();
  if (way === 'drop') {
    await widget.dispatchEvent('dragover', { dataTransfer: transfer });
    await expect(page.getByText('Drop here to add to the photos of')).toBeVisible();
    await widget.dispatchEvent('drop', { dataTransfer: transfer });
  } else {
    await page.evaluate((data) => {
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, transfer);
  }
}

test('dropped, pasted and picked photos arrive upright and bare; nothing leaves before', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const { page } = desktop;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const turned = await makePhoto(page, info.outputDir, 'turned.jpg', { width: 2400, height: 1600, orientation: 6 });
  const [pasted = '', picked = ''] = await makePhotos(page, info.outputDir, [910, 912]);
  expect(asked.filter((call) => !call.startsWith('GET /api/'))).toEqual([]);
  await hands(page, 'drop', turned);
  await expect(desktop.painted).toHaveCount(1);
  await hands(page, 'paste', pasted);
  await expect(desktop.painted).toHaveCount(2);
  await page.getByTestId('add-files').setInputFiles([picked]);
  await expect(desktop.painted).toHaveCount(3);
  expect(asked.filter((call) => call.startsWith('POST /api/medtech/session/presigned-url'))).toHaveLength(3);
  expect(await desktop.widths()).toEqual([1600, 910, 912]);
  for (const { bytes } of await storedObjects(stack, ENCOUNTER)) {
    expect(bytes.length).toBeLessThanOrEqual(1_000_000);
    expect(metadataSegments(bytes)).toEqual([]);
  }
  // The frame of the engine is there only while photos are being added.
  await expect(page.locator('iframe')).toHaveCount(0);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  await desktop.close();
});

test('what is no photo, and the same photo again, say so in their tiles', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER, { reducedMotion: 'reduce' });
  const { page } = desktop;
  const [photo = ''] = await makePhotos(page, info.outputDir, [914]);
  await hands(page, 'drop', photo);
  await expect(desktop.painted).toHaveCount(1);
  const letter = join(info.outputDir, 'letter.pdf');
  writeFileSync(letter, '%PDF-1.7 a letter');
  await hands(page, 'drop', letter, photo);
  await expect(added(page).first()).toContainText('This is a PDF, not a photo. Save its page as a JPEG');
  await expect(added(page).last()).toContainText('This photo is already here.');
  expect(await page.evaluate(() => document.querySelector('photobridge-widget')?.unsaved)).toBe(0);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `e2e/out/widget-adding-${width}.png`, fullPage: true });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  await desktop.button('Remove letter.pdf').press('Enter');
  await expect(desktop.button('From this computer…')).toBeFocused();
  await desktop.button('Remove 914.jpg').press('Enter');
  await expect(added(page)).toHaveCount(0);
  await expect(page.locator('iframe')).toHaveCount(0);
  await desktop.close();
});

test('the practice’s question comes first; a tile says why its photo waits, and it arrives after all', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER, {}, (context) =>
    askConsentOnDesktop(context, 'require'),
  );
  const { page } = desktop;
  const [photo = ''] = await makePhotos(page, info.outputDir, [916]);
  const repair = await inject(stack, { service: 's3', route: 'PUT object', effect: 'status', status: 503 });
  await hands(page, 'drop', photo);
  await expect(page.getByTestId('agreement')).toContainText('Does the patient agree');
  await expect(desktop.button('Skip')).toHaveCount(0);
  await desktop.button('Do not add').click();
  await expect(added(page)).toHaveCount(0);
  await hands(page, 'drop', photo);
  await page.keyboard.press('Enter');
  await expect(added(page)).toContainText('A service that the photos need is not available', { timeout: 60_000 });
  await repair();
  await expect(desktop.painted).toHaveCount(1, { timeout: 60_000 });
  const consented = await page.evaluate(
    () => document.querySelector('photobridge-widget')?.images[0]?.details.consentAt ?? '',
  );
  expect(Date.parse(consented)).toBeGreaterThan(Date.now() - 120_000);
  await desktop.close();
});
