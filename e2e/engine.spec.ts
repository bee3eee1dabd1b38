import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { deltaE, lab } from './support/colour';
import { Engine, type Canvas } from './support/engine';
import { colourDistance, decode, metadataSegments, segments } from './support/jpeg';
import { CORNERS, makePhoto, type Orientation } from './support/photos';
import { expect, test } from './support/test';

const ROADS: { canvas: Canvas; name: string }[] = [
  { canvas: 'honest', name: 'with the browser’s codecs' },
  { canvas: 'falsified', name: 'with its own codecs, where the browser falsifies pixels' },
];
const PURE = /purecodec.*\.wasm$/;
const HEIF = /libheif.*\.wasm$/;
const photos = process.env.PHOTOS;

/** JPEG and resampling move a flat colour by less. */
const SAME_COLOUR = 12;

for (const { canvas, name } of ROADS) {
  test(`all eight orientations come out upright ${name}`, async ({ browser, stack }, info) => {
    const engine = await Engine.open(browser, stack, canvas);
    for (let orientation = 1; orientation <= 8; orientation++) {
      const [width, height] = orientation < 5 ? [2800, 2000] : [2000, 2800];
      const file = await makePhoto(engine.page, info.outputDir, `${orientation}.jpg`, { width, height, orientation: orientation as Orientation });
      const result = await engine.compress(file);
      const decoded = await decode(engine.page, result.jpeg);
      expect(decoded.width / decoded.height, `shape of ${orientation}`).toBeCloseTo(1.4, 2);
      expect({ width: decoded.width, height: decoded.height }).toEqual({ width: result.width, height: result.height });
      expect(colourDistance(decoded.corners, CORNERS), `corners of ${orientation}`).toBeLessThan(SAME_COLOUR);
      expect(result.jpeg.length).toBeLessThanOrEqual(1_000_000);
      expect(metadataSegments(result.jpeg)).toEqual([]);
    }
    expect(engine.hasFetched(PURE)).toBe(canvas === 'falsified');
    await engine.close();
  });

  test(`Display P3 keeps its colours ${name}`, async ({ browser, stack }) => {
    const engine = await Engine.open(browser, stack, canvas);
    const { jpeg } = await engine.compress(await displayP3(engine.page));
    const red = lab('display-p3', PATCH);
    expect(deltaE(lab('srgb', await middle(engine.page, jpeg)), red)).toBeLessThan(2);
    expect(deltaE(lab('srgb', PATCH), red), 'a lost profile would show').toBeGreaterThan(3);
    await engine.close();
  });

  test(`real photos say nothing but their pixels ${name}`, async ({ browser, stack }, info) => {
    test.skip(photos === undefined || !existsSync(photos), 'PHOTOS names no folder of real photos');
    const engine = await Engine.open(browser, stack, canvas);
    for (const file of ['galaxy-s7-12mp.jpg', 'gps.jpg', 'iphone-6plus-8mp-portrait.jpg', 'nikon-10mp.jpg', 'cmyk-multi-icc.jpg', 'iphone-13-pro-max-p3.heic']) {
      const { jpeg } = await engine.compress(join(photos ?? '', file));
      expect(jpeg.length, file).toBeLessThanOrEqual(1_000_000);
      expect(metadataSegments(jpeg), file).toEqual([]);
      if (hasExiftool()) expect(told(jpeg, info.outputPath('result.jpg')), file).toEqual([]);
    }
    await engine.close();
  });
}

test('HEIC is decoded here where the browser cannot, with a decoder that is loaded only then', async ({ browser, stack }) => {
  test.skip(photos === undefined || !existsSync(photos), 'PHOTOS names no folder of real photos');
  const engine = await Engine.open(browser, stack);
  await engine.compress(join(photos ?? '', 'gps.jpg'));
  expect(engine.hasFetched(PURE) || engine.hasFetched(HEIF)).toBe(false);
  const portrait = await engine.compress(join(photos ?? '', 'iphone-13-pro-max-p3.heic'));
  expect(portrait).toMatchObject({ width: 1920, height: 2560 });
  expect(segments(portrait.jpeg)).toContain('E2 ICC_PROFILE');
  expect(engine.hasFetched(HEIF)).toBe(true);
  await engine.close();
});

test('a photo that is taken back does not hold up the next', async ({ browser, stack }, info) => {
  const engine = await Engine.open(browser, stack, 'falsified');
  const slow = await makePhoto(engine.page, info.outputDir, 'slow.jpg', { width: 8000, height: 6000, orientation: 1 });
  const quick = await makePhoto(engine.page, info.outputDir, 'quick.jpg', { width: 1600, height: 1200, orientation: 6 });
  const before = Date.now();
  const id = await engine.add(readFileSync(slow));
  await expect.poll(() => engine.hasFetched(PURE)).toBe(true);
  await engine.remove(id);
  await engine.compress(quick);
  const withSlow = Date.now() - before;
  const again = Date.now();
  await engine.compress(slow);
  expect(withSlow).toBeLessThan(Date.now() - again + 5_000);
  await engine.close();
});

test('what is no photo gets a sentence that says what to do', async ({ browser, stack }) => {
  const engine = await Engine.open(browser, stack);
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const refusals = [
    { file: Buffer.from('%PDF-1.7 a letter'), says: /not_an_image: .*Choose a picture/ },
    { file: Buffer.from([0xff, 0xd8, 0xff]), says: /truncated: .*take it again/i },
    { file: heic, says: /cannot_decode: .*again/i },
  ];
  for (const { file, says } of refusals) await expect(engine.compress(file)).rejects.toThrow(says);
  await engine.close();
});

/** A saturated red in Display P3 that sRGB has too. */
const PATCH = [0.8, 0.25, 0.22] as const;

/** A photo in Display P3, one colour all over; the browser writes the profile. */
async function displayP3(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async (channels) => {
    const canvas = new OffscreenCanvas(3200, 2400);
    const context = canvas.getContext('2d', { colorSpace: 'display-p3' });
    if (!context) throw new Error('no 2d context');
    context.fillStyle = `color(display-p3 ${channels})`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  }, PATCH.join(' '));
  return Buffer.from(base64, 'base64');
}

/** The colour in the middle, as the browser shows it in sRGB; channels are 0 to 1. */
function middle(page: Page, jpeg: Buffer): Promise<[number, number, number]> {
  return page.evaluate(async (base64) => {
    const blob = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: 'image/jpeg' });
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    if (!context) throw new Error('no 2d context');
    context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    return [r / 255, g / 255, b / 255];
  }, jpeg.toString('base64'));
}

/** What exiftool finds beside the format, the colour profile and the size. */
function told(jpeg: Buffer, path: string): string[] {
  writeFileSync(path, jpeg);
  const [tags = {}] = JSON.parse(execFileSync('exiftool', ['-json', '-G0', '-a', '-u', path], { encoding: 'utf8' })) as Record<string, unknown>[];
  return Object.keys(tags).filter((tag) => !/^(SourceFile$|(ExifTool|File|JFIF|ICC_Profile|APP14):|Composite:(ImageSize|Megapixels)$)/.test(tag));
}

function hasExiftool(): boolean {
  return spawnSync('exiftool', ['-ver']).status === 0;
}
