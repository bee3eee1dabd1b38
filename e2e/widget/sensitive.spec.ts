/** A sensitive photo on paper and in the record. */

import { Desktop } from '../../harness/people/desktop.ts';
import { shareOfPhoto } from '../../harness/photos/screenshot.ts';
import { expect, test } from '../../harness/test.ts';

test('a sensitive photo is not printed, even when it is revealed, and its label is in the record', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.holding(browser, stack, 'enc-1001', info.outputDir, [901]);
  const { page } = desktop;
  const printed = async (): Promise<number> => {
    await page.emulateMedia({ media: 'print' });
    const share = shareOfPhoto(await page.screenshot({ fullPage: true }));
    await page.emulateMedia({ media: null });
    return share;
  };
  expect(await printed()).toBeGreaterThan(0);
  await desktop.tiles.first().click();
  await page.getByLabel(/^Sensitive/).check();
  await page.keyboard.press('Escape');
  await expect(desktop.painted).toHaveCount(1); // the person who marks a photo still sees it
  expect(await printed()).toBe(0);

  await desktop.completesAll();
  await page.evaluate(() => {
    document.addEventListener('photobridge-commit', (event) => {
      document.body.dataset.bundle = JSON.stringify((event as CustomEvent<{ bundle: unknown }>).detail.bundle);
    });
  });
  await desktop.button('Add 1 photo to the record').click();
  await expect(desktop.record).toHaveCount(1);
  expect(await page.evaluate(() => document.body.dataset.bundle)).toMatch(/v3-Confidentiality","code":"R"/);
  await desktop.close();
});
