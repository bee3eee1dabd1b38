import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Engine, type Canvas } from '../harness/browsers/engine.ts';
import { metadataSegments } from '../harness/photos/jpeg.ts';
import { expect, test } from '../harness/test.ts';

const photos = process.env.PHOTOS;

/** What each of the odd files becomes: a size, or the code of its refusal. The folder's README says why. */
const ODD: Record<string, string> = {
  'no-eoi.jpg': '160x120',
  'no-eoi-zeros.jpg': '160x120',
  'no-eoi-trailer.jpg': '160x120',
  'no-eoi-trailer-with-ffd9.jpg': '160x120',
  'trailer.jpg': '160x120',
  'cut-in-the-scan.jpg': 'truncated',
  'damaged-scan-marker.jpg': 'truncated',
  'bytes-between-segments.jpg': '160x120',
  'segment-with-00-for-ff.jpg': '160x120',
  'exif-twice-1-then-6.jpg': '160x120',
  'exif-twice-6-then-1.jpg': '120x160',
  'turned-by-eXIf.png': '120x160',
  'turned-by-exif.webp': '160x120',
  'no-huffman-tables.jpg': '160x120',
  'wrong-restart-marker.jpg': '160x120',
  'raw-with-thumbnail.dng': 'raw_photo',
  'panorama.jpg': '6000x700',
  'empty.jpg': 'empty_file',
  'note.txt.jpg': 'not_an_image',
};

const ROADS: { canvas: Canvas; name: string }[] = [
  { canvas: 'honest', name: 'with the browser’s codecs' },
  { canvas: 'falsified', name: 'with its own codecs' },
];

for (const { canvas, name } of ROADS) {
  test(`odd files are photos, or refused for what they are, ${name}`, async ({ browser, stack }) => {
    test.skip(photos === undefined || !existsSync(photos), 'PHOTOS names no folder of photos');
    test.setTimeout(180_000);
    const engine = await Engine.open(browser, stack, canvas);
    const found: Record<string, string> = {};
    for (const file of Object.keys(ODD)) {
      const id = await engine.compress(join(photos ?? '', 'odd', file)).then(
        ({ jpeg, width, height }) => {
          expect(metadataSegments(jpeg), file).toEqual([]);
          expect(jpeg.includes('Jane Example') || jpeg.includes('GPS 41'), file).toBe(false);
          return `${width}x${height}`;
        },
        (error: Error) => /Error: (\w+)/.exec(error.message.replace(/^.*(?=Error: )/s, ''))?.[1] ?? error.message,
      );
      found[file] = id;
    }
    expect(found).toEqual(ODD);
    await engine.close();
  });
}
