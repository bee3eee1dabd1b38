/** Drawing on a photo: marks are where they were drawn, the photo is unchanged, and a slip loses nothing. */

import type { Browser, Locator, Page } from '@playwright/test';
import { Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { makePhoto } from '../../harness/photos/photos.ts';
import type { Stack } from '../../harness/stack/stack.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';
const PHOTO = { width: 1600, height: 1200 };
const TURNS = [0, 1, 2, 3] as const;
const ZOOMS = [0, 1, 2] as const;
const BUTTON_ZOOM = 1.5;
const RADIUS = 50;

interface Point {
  x: number;
  y: number;
}

test('marks land where they are drawn, at four rotations and three zoom levels; the original keeps its bytes', async ({
  browser,
  stack,
}, info) => {
  const desktop = await holdingOne(browser, stack, info.outputDir);
  const { page } = desktop;
  const before = await sums(page);
  const stage = await annotating(desktop);
  await tool(page, 'Circle');
  const drawn: { centre: Point; radius: Point }[] = [];
  for (const turns of TURNS) {
    for (const zooms of ZOOMS) {
      await expect(stage).toHaveAttribute('data-turns', String(turns));
      const place = placing(await boxOf(stage), turns, BUTTON_ZOOM ** zooms);
      const centre = { x: PHOTO.width / 2 + 150 * (turns - 1.5), y: PHOTO.height / 2 + 180 * (zooms - 1) };
      const corner = (sign: number): Point =>
        place.toScreen({ x: centre.x + sign * RADIUS, y: centre.y + sign * RADIUS });
      const [from, to] = [corner(-1), corner(1)];
      await drag(page, from, to);
      // The expected position is that of whole screen pixels on the photo.
      const [a, b] = [place.toPhoto(from), place.toPhoto(to)];
      drawn.push({
        centre: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
        radius: { x: Math.abs(b.x - a.x) / 2, y: Math.abs(b.y - a.y) / 2 },
      });
      await desktop.button('Zoom in').click();
    }
    await desktop.button('Turn right').click();
  }
  await expect(stage).toHaveAccessibleName(/with 12 marks/);
  await desktop.button('Save as new photo').click();
  await expect(page.getByRole('dialog', { name: 'Photo 2' })).toContainText('Annotated copy');
  for (const { centre, radius } of drawn) {
    const seen = await yellowWithin(page, 1, { ...centre, width: 68, height: 68 });
    expect(Math.abs(seen.centre.x - centre.x), JSON.stringify({ centre, seen })).toBeLessThanOrEqual(2);
    expect(Math.abs(seen.centre.y - centre.y), JSON.stringify({ centre, seen })).toBeLessThanOrEqual(2);
    expect(Math.abs(seen.radius.x - radius.x), JSON.stringify({ radius, seen })).toBeLessThanOrEqual(2);
    expect(Math.abs(seen.radius.y - radius.y), JSON.stringify({ radius, seen })).toBeLessThanOrEqual(2);
  }
  expect(await sums(page)).toMatchObject([before[0], { width: PHOTO.width, from: before[0]?.id }]);
  await page.keyboard.press('Escape');
  await desktop.button('Timeline').click();
  await expect(page.getByRole('dialog', { name: /^Timeline/ })).toContainText('Photo 2 made by annotating another one');
  await page.keyboard.press('Escape');
  await page.evaluate(() =>
    document.body.addEventListener('photobridge-commit', ({ detail }) => {
      document.body.dataset.bundle = JSON.stringify(detail.bundle);
    }),
  );
  await desktop.completesAll();
  await desktop.button('Add 2 photos to the record').click();
  await expect(desktop.record).toHaveCount(2);
  expect(await page.evaluate(() => document.body.dataset.bundle)).toContain('Annotated from');
  await desktop.close();
});

test('the keys draw, measure, change, undo and save; a slip asks before a drawing goes', async ({
  browser,
  stack,
}, info) => {
  const desktop = await holdingOne(browser, stack, info.outputDir);
  const { page } = desktop;
  const stage = await annotating(desktop);
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const times = (key: string, count: number): string[] => Array.from({ length: count }, () => key);
  await expect(stage).toBeFocused();
  await press('r');
  await expect(stage).toHaveAttribute('data-turns', '1');
  // A ruler of exactly 200 pixels is 20 mm.
  await press('l', 'Enter', ...times('Shift+ArrowRight', 200), 'Enter');
  await expect(page.getByLabel('Length in mm')).toBeFocused();
  for (const [typed, hint] of [
    ['', /such as 10/],
    ['ten', /not a length/],
    ['0', /more than 0/],
  ] as const) {
    await page.getByLabel('Length in mm').fill(typed);
    await press('Enter');
    await expect(page.getByRole('alert')).toContainText(hint);
  }
  await page.getByLabel('Length in mm').fill('20');
  await press('Enter');
  await expect(stage).toBeFocused();
  await expect(page.getByText('Ruler added.')).toBeVisible();
  await press('m');
  await expect(page.getByText(/In millimetres, by the ruler/)).toBeVisible();
  await press(...times('ArrowDown', 8), 'Enter', ...times('ArrowLeft', 10), 'Enter');
  await press('t', ...times('ArrowDown', 5), 'Enter');
  await page.getByLabel('Text on the photo').fill('Second lesion');
  await press('Enter', 'd', ...times('ArrowUp', 2), 'Enter', ...times('ArrowLeft', 4), ...times('ArrowUp', 3), 'Enter');
  await press('a', 'ArrowUp', 'Enter', ...times('ArrowUp', 6), 'Enter');
  await expect(stage).toHaveAccessibleName(/with 5 marks/);
  await press('Shift+N', 'Delete');
  await expect(stage).toHaveAccessibleName(/with 4 marks/);
  await press('Control+z');
  await expect(stage).toHaveAccessibleName(/with 5 marks/);
  await press('Control+z', 'Control+Shift+z', 'n', 'ArrowLeft', 'Escape');
  await page.screenshot({ path: 'e2e/out/annotate-keys.png' });

  await press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Discard this drawing?' });
  await expect(question).toBeVisible();
  expect(await page.evaluate(() => document.querySelector('photobridge-widget')?.unsaved)).toBe(1);
  await press('Escape');
  await expect(question).toBeHidden();
  await desktop.button('Close').click();
  await desktop.button('Keep drawing').click();
  await expect(stage).toHaveAccessibleName(/with 5 marks/);
  await desktop.button('Save as new photo').click();
  await expect(page.getByRole('dialog', { name: 'Photo 2' })).toBeVisible();
  expect(await sums(page)).toMatchObject([
    { width: PHOTO.width, height: PHOTO.height },
    { width: PHOTO.height, height: PHOTO.width },
  ]);

  await annotating(desktop, 'Photo 2');
  await press('Enter', ...times('ArrowRight', 5), 'Enter', 'Escape');
  await desktop.button('Discard').click();
  await expect(page.getByRole('dialog', { name: 'Photo 2' })).toBeHidden();
  await expect(desktop.tiles).toHaveCount(2);
  await desktop.close();
});

async function holdingOne(browser: Browser, stack: Stack, folder: string): Promise<Desktop> {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.showsCode());
  await phone.sendsPhotos([await makePhoto(desktop.page, folder, 'lesion.jpg', { ...PHOTO, orientation: 1 })]);
  await expect(desktop.painted).toHaveCount(1);
  await phone.close();
  await desktop.codeButton.click();
  await desktop.tiles.first().click();
  return desktop;
}

async function annotating(desktop: Desktop, name = 'Photo 1'): Promise<Locator> {
  await desktop.page.getByRole('button', { name: 'Annotate', exact: true }).click();
  const stage = desktop.page.getByRole('application', { name: new RegExp(`^${name}, with 0 marks`) });
  await expect(stage).toBeVisible();
  return desktop.page.getByRole('application');
}

function tool(page: Page, name: string): Promise<void> {
  return page.locator('label', { hasText: name }).and(page.locator('[title*="("]')).click();
}

async function boxOf(stage: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await stage.boundingBox();
  if (!box) throw new Error('no stage');
  return box;
}

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

/** Returns where a photo's points are on the screen: turned clockwise and enlarged around the middle of the stage. */
function placing(stage: { x: number; y: number; width: number; height: number }, turns: number, zoom: number) {
  const [width, height] = turns % 2 === 0 ? [PHOTO.width, PHOTO.height] : [PHOTO.height, PHOTO.width];
  const scale = Math.min(1, stage.width / width, stage.height / height) * zoom;
  const angle = (turns * Math.PI) / 2;
  const [cos, sin] = [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))];
  const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
  return {
    toScreen(point: Point): Point {
      const [x, y] = [(point.x - PHOTO.width / 2) * scale, (point.y - PHOTO.height / 2) * scale];
      return { x: Math.round(middle.x + x * cos - y * sin), y: Math.round(middle.y + x * sin + y * cos) };
    },
    toPhoto(point: Point): Point {
      const [x, y] = [(point.x - middle.x) / scale, (point.y - middle.y) / scale];
      return { x: PHOTO.width / 2 + x * cos + y * sin, y: PHOTO.height / 2 - x * sin + y * cos };
    },
  };
}

/** Returns the host's view of each photo, with its SHA-256. */
function sums(page: Page) {
  return page.evaluate(async () =>
    Promise.all(
      (document.querySelector('photobridge-widget')?.images ?? []).map(
        async ({ id, file, width, height, derivedFrom }) => ({
          id,
          width,
          height,
          from: derivedFrom,
          sha256: file
            ? [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))].join()
            : '',
        }),
      ),
    ),
  );
}

/** Returns the centre and radii of the yellow area around a point of a photo. A stroke counts to its middle. */
async function yellowWithin(page: Page, index: number, around: Point & { width: number; height: number }) {
  const found = await page.evaluate(
    async ([nth, { x, y, width, height }]) => {
      const file = document.querySelector('photobridge-widget')?.images[nth]?.file;
      if (!file) throw new Error('no photo');
      const bitmap = await createImageBitmap(file);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('no 2d context');
      context.drawImage(bitmap, 0, 0);
      const [left, top] = [Math.round(x - width), Math.round(y - height)];
      const { data } = context.getImageData(left, top, width * 2, height * 2);
      const hits: { x: number; y: number }[] = [];
      for (let i = 0; i < data.length; i += 4) {
        const [red = 0, green = 0, blue = 255] = data.subarray(i, i + 3);
        const at = i / 4;
        if (red > 225 && green > 200 && blue < 140)
          hits.push({ x: left + (at % (width * 2)) + 0.5, y: top + Math.floor(at / (width * 2)) + 0.5 });
      }
      return {
        left: Math.min(...hits.map((hit) => hit.x)),
        right: Math.max(...hits.map((hit) => hit.x)),
        top: Math.min(...hits.map((hit) => hit.y)),
        bottom: Math.max(...hits.map((hit) => hit.y)),
        stroke: (3.6 * Math.sqrt(bitmap.width * bitmap.height)) / 1000,
      };
    },
    [index, around] as const,
  );
  const { left, right, top, bottom, stroke } = found;
  return {
    centre: { x: (left + right) / 2, y: (top + bottom) / 2 },
    radius: { x: (right - left - stroke) / 2, y: (bottom - top - stroke) / 2 },
  };
}
