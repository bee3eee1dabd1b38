/** The engine's memory. */

import { existsSync, readFileSync } from 'node:fs';
import { Engine, type Canvas } from '../harness/browsers/engine.ts';
import { Memory } from '../harness/browsers/memory.ts';
import { makePhoto } from '../harness/photos/photos.ts';
import { makeProgressive } from '../harness/photos/progressive.ts';
import { expect, test } from '../harness/test.ts';

const ROADS: { canvas: Canvas; road: string }[] = [
  { canvas: 'honest', road: 'native' },
  { canvas: 'falsified', road: 'pure' },
];
/** 48 megapixels, as phones take them. */
const LARGE = { width: 8064, height: 6048 };
const LARGE_BYTES = 12_000_000;
/**
 * The file is read into memory as a whole. Chromium takes about 370 or about 405 MB for a progressive one, by chance:
 * the same photo in a new browser may take either.
 */
const PEAK_LIMIT_MB = 430;

const PHOTOS_IN_A_ROW = 20;
/** After the fifth photo, memory that grows with use no longer grows. */
const SETTLED = 5;
const REPORTED = [SETTLED, 10, PHOTOS_IN_A_ROW];
/** Memory that allocators and collectors have not returned yet: far less per photo than one decoded photo. */
const SLACK_MB = { programs: 16, processes: 100 };

test.skip(!existsSync('/proc/self/clear_refs'), 'memory is read from /proc');

for (const { canvas, road } of ROADS) {
  for (const kind of ['baseline', 'progressive'] as const) {
    test(`a ${kind} photo of 48 megapixels takes less than ${PEAK_LIMIT_MB} MB on the ${road} road`, async ({
      browser,
      stack,
    }, info) => {
      const engine = await Engine.open(browser, stack, canvas);
      const photo =
        kind === 'progressive'
          ? makeProgressive(LARGE.width, LARGE.height, LARGE_BYTES)
          : readFileSync(await makePhoto(engine.page, info.outputDir, 'large.jpg', { ...LARGE, orientation: 6 }));
      await engine.hold('photo', photo);
      const memory = await Memory.of(browser);
      const peak = await memory.peakOf(async () => {
        const { width, height } = await engine.compressHeld('photo');
        expect(Math.max(width, height)).toBe(2560);
      });
      console.log(
        `${road}, ${kind}, 48 megapixels, ${(photo.length / 1e6).toFixed(0)} MB: ${peak.toFixed(0)} MB at the most`,
      );
      expect(peak).toBeLessThan(PEAK_LIMIT_MB);
      await engine.close();
    });
  }
}

for (const { canvas, road } of ROADS) {
  test(`${PHOTOS_IN_A_ROW} photos in a row take no more memory than ${SETTLED} on the ${road} road`, async ({
    browser,
    stack,
  }, info) => {
    test.setTimeout(240_000);
    const engine = await Engine.open(browser, stack, canvas);
    await engine.hold(
      'photo',
      readFileSync(
        await makePhoto(engine.page, info.outputDir, 'photo.jpg', { width: 4032, height: 3024, orientation: 6 }),
      ),
    );
    const memory = await Memory.of(browser);
    const after = new Map<number, { programs: number; processes: number }>();
    for (let count = 1; count <= PHOTOS_IN_A_ROW; count++) {
      await engine.compressHeld('photo');
      if (!REPORTED.includes(count)) continue;
      const taken = { programs: await engine.programMemory(), processes: await memory.resident() };
      after.set(count, taken);
      console.log(
        `${road}, after ${count} photos: WebAssembly ${taken.programs.toFixed(0)} MB, the browser's processes ` +
          `${taken.processes.toFixed(0)} MB`,
      );
    }
    const early = after.get(SETTLED);
    const late = after.get(PHOTOS_IN_A_ROW);
    expect(late?.programs).toBeLessThan((early?.programs ?? 0) + SLACK_MB.programs);
    expect(late?.processes).toBeLessThan((early?.processes ?? 0) + SLACK_MB.processes);
    await engine.close();
  });
}
