/** Photos are exported by clipboard, by dragging and as small copies, and not at all where that is forbidden. */

import { readFileSync } from 'node:fs';
import { Desktop } from '../../harness/people/desktop.ts';
import { expect, test } from '../../harness/test.ts';

test('a copied photo has the pixels of the photo', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, 'enc-1001', info.outputDir, [911]);
  const { page } = desktop;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stack.practice });
  await desktop.button('Export…').click();
  await desktop.button('Copy').click();
  await expect(page.getByText('Done. The timeline has an entry for it.')).toBeVisible();
  const difference = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const copy = await item?.getType('image/png');
    const file = document.querySelector('photobridge-widget')?.images[0]?.file;
    if (!copy || !file) throw new Error('no photo');
    const pixels = async (blob: Blob): Promise<ImageData> => {
      const bitmap = await createImageBitmap(blob);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    const [a, b] = await Promise.all([pixels(copy), pixels(file)]);
    if (a.width !== b.width || a.height !== b.height) return Infinity;
    return a.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (b.data[at] ?? NaN))), 0);
  });
  expect(difference).toBe(0);
  await desktop.close();
});

test('a dragged photo carries its bytes and a name to file it by', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, 'enc-1001', info.outputDir, [912]);
  const { page } = desktop;
  await desktop.button('Export…').click();
  // The drag's data can be read where it starts. A page cannot see what other programs receive.
  const carried = page.evaluate(
    () =>
      new Promise<{ name: string; url: string; isSame: boolean }>((resolve) =>
        document.addEventListener('dragstart', ({ dataTransfer }) => {
          const dragged = dataTransfer?.files[0];
          const photo = document.querySelector('photobridge-widget')?.images[0]?.file;
          const url = dataTransfer?.getData('DownloadURL') ?? '';
          void Promise.all([dragged?.bytes(), photo?.bytes()]).then(([a, b]) => {
            const isSame = a !== undefined && a.length === b?.length && a.every((value, at) => value === b[at]);
            resolve({ name: dragged?.name ?? '', url, isSame });
          });
        }),
      ),
  );
  await page.locator('.choices img').hover();
  await page.mouse.down();
  await page.mouse.move(40, 40, { steps: 4 });
  const { name, url, isSame } = await carried;
  await page.mouse.up();
  expect(isSame).toBe(true);
  expect(name).toMatch(/^\d{4}-\d\d-\d\d .*\.jpg$/);
  expect(url).toContain(`image/jpeg:${name}:blob:`);
  await desktop.close();
});

test('copies for a referral are small JPEGs of the photos', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, 'enc-1001', info.outputDir, [913]);
  const { page } = desktop;
  await page.locator('photobridge-widget').evaluate((widget) => widget.setAttribute('referral-max-bytes', '60000'));
  await desktop.button('Export…').click();
  await page.getByLabel('Small copies for a referral, at most 60 KB each').check();
  const [download] = await Promise.all([page.waitForEvent('download'), desktop.button('Download').click()]);
  expect(download.suggestedFilename()).toMatch(/^\d{4}-\d\d-\d\d .*\.jpg$/);
  const bytes = readFileSync(await download.path());
  expect(bytes.length).toBeLessThanOrEqual(60_000);
  expect(bytes.length).toBeGreaterThan(10_000);
  expect(bytes.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
  await desktop.close();
});

test('nothing leaves where the practice forbids it', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, 'enc-1001', info.outputDir, [914]);
  const { page } = desktop;
  await expect(desktop.button('Export…')).toBeVisible();
  await page.locator('photobridge-widget').evaluate((widget) => widget.toggleAttribute('no-export', true));
  await desktop.tiles.first().click();
  await page.keyboard.press('Escape');
  await expect(desktop.button('Export…')).toHaveCount(0);
  await desktop.close();
});
