/** The viewer by keyboard. */

import { Desktop } from '../../harness/people/desktop.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';

test('the viewer by keyboard: zoom, turn, compare; a cropped copy leaves the original alone', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [870, 872]);
  const { page } = desktop;
  const [first = 0, second = 0] = await desktop.widths();
  await desktop.tiles.first().press('Enter');
  const stage = page.getByRole('group', { name: 'Photo 1' });
  await stage.focus();
  await page.keyboard.press('+');
  await expect(stage).toHaveClass(/zoomed/);
  await page.keyboard.press('0');
  await expect(stage).not.toHaveClass(/zoomed/);
  await page.keyboard.press('c');
  await expect(page.getByRole('group', { name: 'Photo 2' })).toBeVisible();
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'Photo 2' })).toBeVisible();
  await page.evaluate(backAndTurn);
  await expect(page.getByRole('dialog', { name: 'Photo 1' })).toBeVisible();
  // Code that runs after a paint has run
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100))));
  await expect(stage).toHaveAttribute('data-turns', '1');

  await desktop.button('Crop').click();
  const frame = page.getByRole('group', { name: /^Frame/ });
  await expect(frame).toHaveAccessibleName(`Frame: 600 by ${first} pixels`);
  await desktop.button('Bottom right corner').focus();
  for (let i = 0; i < 25; i++) await page.keyboard.press('ArrowUp');
  await expect(frame).toHaveAccessibleName(`Frame: 600 by ${first / 2} pixels`);
  await desktop.button('Save as new photo').click();
  await expect(page.getByRole('dialog', { name: 'Photo 3' })).toBeVisible();
  await page.keyboard.press('Escape');
  const shapes = await page.evaluate(() =>
    (document.querySelector('photobridge-widget')?.images ?? []).map(({ width, height, derivedFrom }) => ({
      width,
      tall: height,
      derived: derivedFrom !== undefined,
    })),
  );
  expect(shapes).toEqual([
    { width: first, tall: 600, derived: false },
    { width: 600, tall: first / 2, derived: true },
    { width: second, tall: 600, derived: false },
  ]);
  await expect(desktop.painted).toHaveCount(3);
  await desktop.close();
});

/** Runs in the page: goes back one photo, and turns it as soon as it exists, before it is painted. */
function backAndTurn(): void {
  const viewer = document.querySelector('photobridge-widget')?.shadowRoot?.querySelector('dialog[part="viewer"]');
  if (!viewer) throw new Error('no viewer');
  const press = (key: string): void =>
    void viewer.querySelector('[part="stage"]')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  new MutationObserver((_, observer) => {
    observer.disconnect();
    press('r');
  }).observe(viewer, { attributeFilter: ['aria-label'] });
  press('ArrowLeft');
}
