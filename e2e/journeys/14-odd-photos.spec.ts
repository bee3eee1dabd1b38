/**
 * Odd files, as phones and galleries hand them over: the engine alone, on both roads, in each browser. A PNG is turned
 * by its eXIf chunk also where the browser does not do that (WebKitGTK).
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Canvas } from '../../harness/browsers/engine.ts';
import { metadataSegments } from '../../harness/photos/jpeg.ts';
import { expect, test } from '../../harness/journey.ts';

const photos = process.env.PHOTOS ?? '';

/** The result for each odd file: a size, or the code of its refusal. The folder's README explains them. */
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
  'date-morning-plus13.jpg': '160x120',
  'date-blank.jpg': '160x120',
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
  test(`odd files are photos, or refused for what they are, ${name}`, async ({ lab }) => {
    test.skip(!existsSync(photos), 'PHOTOS names no folder of photos');
    const engine = await lab(canvas);
    const found: Record<string, string> = {};
    for (const file of Object.keys(ODD)) {
      const made = await engine.compress(readFileSync(join(photos, 'odd', file)));
      found[file] = 'code' in made ? made.code : `${made.width}x${made.height}`;
      if ('code' in made) continue;
      expect(metadataSegments(made.jpeg), file).toEqual([]);
      expect(made.jpeg.includes('Jane Example') || made.jpeg.includes('GPS 41'), file).toBe(false);
    }
    expect(found).toEqual(ODD);
  });
}
