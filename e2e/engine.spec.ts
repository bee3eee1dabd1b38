import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine, type Canvas } from '../harness/browsers/engine.ts';
import { metadataSegments, segments } from '../harness/photos/jpeg.ts';
import { expect, test } from '../harness/test.ts';

const ROADS: { canvas: Canvas; name: string }[] = [
  { canvas: 'honest', name: 'with the browser’s codecs' },
  { canvas: 'falsified', name: 'with its own codecs, where the browser falsifies pixels' },
];
const PURE = /purecodec.*\.wasm$/;
const HEIF = /libheif.*\.wasm$/;
const photos = process.env.PHOTOS;

for (const { canvas, name } of ROADS) {
  test(`real photos say nothing but their pixels ${name}`, async ({ browser, stack }, info) => {
    test.skip(photos === undefined || !existsSync(photos), 'PHOTOS names no folder of real photos');
    const engine = await Engine.open(browser, stack, canvas);
    for (const file of [
      'galaxy-s7-12mp.jpg',
      'gps.jpg',
      'iphone-6plus-8mp-portrait.jpg',
      'nikon-10mp.jpg',
      'cmyk-multi-icc.jpg',
      'iphone-13-pro-max-p3.heic',
    ]) {
      const { jpeg } = await engine.compress(join(photos ?? '', file));
      expect(jpeg.length, file).toBeLessThanOrEqual(1_000_000);
      expect(metadataSegments(jpeg), file).toEqual([]);
      if (hasExiftool()) expect(metadataOf(jpeg, info.outputPath('result.jpg')), file).toEqual([]);
    }
    await engine.close();
  });
}

test('HEIC is decoded here where the browser cannot, with a decoder that is loaded only then', async ({
  browser,
  stack,
}) => {
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

test('what is no photo gets a sentence that says what to do', async ({ browser, stack }) => {
  const engine = await Engine.open(browser, stack);
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const refusals = [
    { file: Buffer.from('%PDF-1.7 a letter'), says: /pdf_document/ },
    { file: Buffer.from([0xff, 0xd8, 0xff]), says: /truncated/ },
    { file: heic, says: /cannot_decode/ },
  ];
  for (const { file, says } of refusals) await expect(engine.compress(file)).rejects.toThrow(says);
  await engine.close();
});

/** What exiftool finds besides the format, the colour profile and the size. */
function metadataOf(jpeg: Buffer, path: string): string[] {
  writeFileSync(path, jpeg);
  const [tags = {}] = JSON.parse(
    execFileSync('exiftool', ['-json', '-G0', '-a', '-u', path], { encoding: 'utf8' }),
  ) as Record<string, unknown>[];
  return Object.keys(tags).filter(
    (tag) => !/^(SourceFile$|(ExifTool|File|JFIF|ICC_Profile|APP14):|Composite:(ImageSize|Megapixels)$)/.test(tag),
  );
}

function hasExiftool(): boolean {
  return spawnSync('exiftool', ['-ver']).status === 0;
}
