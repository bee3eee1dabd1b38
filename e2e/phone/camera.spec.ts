/** The camera inside the page, on Chromium's fake camera: what journeys/16-camera does not cover. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from '@playwright/test';
import { watchCameras } from '../../harness/faults/cameras.ts';
import { Phone } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { earlierJpeg } from '../../harness/photos/earlier.ts';
import type { Stack } from '../../harness/stack/stack.ts';
import { expect, test } from '../../harness/test.ts';

async function openCamera(browser: Browser, stack: Stack) {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, {
    permissions: ['camera'],
    prepare: (context) => context.addInitScript(watchCameras),
  });
  await expect(phone.button('Quick camera')).toBeEnabled();
  return { session, phone, page: phone.page, shutter: phone.button('Take photo') };
}

type Page = Phone['page'];

const folder = fileURLToPath(new URL('../out/screens', import.meta.url));

const live = (page: Page): Promise<number> =>
  page.evaluate(() => cameras.tracks.filter(({ readyState }) => readyState === 'live').length);

/** The page is hidden, or shown again. */
const hide = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((now) => {
    cameras.hidden = now;
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

test('hidden and seen again while permission is pending: one stream', async ({ browser, stack }) => {
  const { phone, page, shutter } = await openCamera(browser, stack);
  await page.evaluate(() => void (cameras.prompt = true));
  await phone.button('Quick camera').tap();
  for (const hidden of [true, false, true, false]) await hide(page, hidden);
  await page.evaluate(() => void (cameras.prompt = false));
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  expect(await live(page)).toBe(1);
  expect(await page.evaluate(() => cameras.asked.length)).toBe(1);
  await hide(page, true);
  await expect.poll(() => live(page)).toBe(0);
  await phone.close();
});

test('a busy camera says so, and no more once it runs', async ({ browser, stack }) => {
  const { phone, page, shutter } = await openCamera(browser, stack);
  await page.evaluate(() => void (cameras.refuse = 'NotReadableError'));
  await phone.button('Quick camera').tap();
  const busy = page.getByText('Another app uses the camera.');
  await expect(busy).toBeVisible();
  await page.evaluate(() => void (cameras.refuse = ''));
  await hide(page, true);
  await hide(page, false);
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  await expect(busy).toBeHidden();
  await hide(page, true);
  await page.evaluate(() => void (cameras.refuse = 'NotAllowedError'));
  await hide(page, false);
  await expect(page.getByText('The browser may not use the camera.')).toBeVisible();
  await page.evaluate(() => void (cameras.refuse = ''));
  await phone.button('Try again').tap();
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  await phone.close();
});

test('a stream that ends is opened again, and its last frame is no photo', async ({ browser, stack }) => {
  const { phone, page, shutter } = await openCamera(browser, stack);
  await phone.button('Quick camera').tap();
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  await page.evaluate(() => {
    cameras.prompt = true;
    cameras.report('ended');
  });
  await expect(shutter).toHaveAttribute('aria-disabled', 'true');
  await shutter.tap({ force: true });
  await page.evaluate(() => void (cameras.prompt = false));
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  expect(await live(page)).toBe(1);
  await expect(page.locator('.camera-last')).toBeDisabled();
  await shutter.tap();
  await expect(phone.button('Done (1)')).toBeEnabled();
  await phone.close();
});

test('an earlier photo and its slider fit the screen, beside what the finder says, and axe finds nothing', async ({
  browser,
  stack,
}) => {
  mkdirSync(folder, { recursive: true });
  const { session, phone, page, shutter } = await openCamera(browser, stack);
  await session.offersGuide(await page.evaluate(earlierJpeg));
  await phone.button('Quick camera').tap();
  await expect(shutter).toHaveAttribute('aria-disabled', 'false');
  const strength = page.getByRole('slider', { name: 'Earlier photo' });
  await expect(strength).toHaveAttribute('aria-valuetext', '40 percent');
  await strength.press('ArrowRight');
  await expect(strength).toHaveAttribute('aria-valuetext', '45 percent');
  // The camera gives no picture, and the viewfinder says so.
  await page.evaluate(() => {
    ImageCapture.prototype.takePhoto = () => Promise.reject(new Error('no photo'));
    HTMLCanvasElement.prototype.toBlob = (done) => done(null);
  });
  await shutter.tap();
  const says = page.getByText('No photo was taken. Try again.');
  for (const [width, height] of [
    [320, 568],
    [390, 844],
    [844, 390],
  ] as const) {
    await page.setViewportSize({ width, height });
    const [text, slider] = [await says.boundingBox(), await page.locator('.finder-strength').boundingBox()];
    if (!text || !slider) throw new Error('not on the screen');
    expect(slider.x).toBeGreaterThanOrEqual(0);
    expect(slider.x + slider.width).toBeLessThanOrEqual(width);
    expect(text.y, `${width} px`).toBeGreaterThanOrEqual(slider.y + slider.height);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `camera-guide-${width}-${colorScheme}.png`) });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
    }
  }
  await phone.close();
});

for (const how of ['refused', 'lost', 'not answered']) {
  test(`a request for the earlier photo that is ${how} is in the way of no photo`, async ({ browser, stack }) => {
    const { session, phone, page, shutter } = await openCamera(browser, stack);
    await session.offersGuide(await page.evaluate(earlierJpeg));
    let asked = 0;
    await page.route('**/guide', async (route) => {
      asked++;
      if (how === 'refused') await route.fulfill({ status: 503, json: { code: 'upstream_unavailable' } });
      if (how === 'lost') await route.abort();
    });
    await phone.button('Quick camera').tap();
    await expect(shutter).toHaveAttribute('aria-disabled', 'false');
    await shutter.tap();
    await expect(phone.button('Done (1)')).toBeEnabled();
    await expect(page.locator('.finder-ghost, .finder-strength')).toHaveCount(0);
    expect(asked).toBe(1);
    await phone.close();
  });
}
