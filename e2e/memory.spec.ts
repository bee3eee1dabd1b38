/** How much memory the engine takes. */

import { existsSync, readFileSync } from 'node:fs';
import { Engine, type Canvas } from './support/engine';
import { Memory } from './support/memory';
import { makePhoto } from './support/photos';
import { makeProgressive } from './support/progressive';
import { expect, test } from './support/test';

const ROADS: { canvas: Canvas; road: string }[] = [
  { canvas: 'honest', road: 'native' },
  { canvas: 'falsified', road: 'pure' },
];
/** 48 megapixels, as phones take them. */
const LARGE = { width: 8064, height: 6048 };
const LARGE_BYTES = 12_000_000;
const PEAK_LIMIT_MB = 400;

test.skip(!existsSync('/proc/self/clear_refs'), 'memory is read from /proc');

for (const { canvas, road } of ROADS) {
  for (const kind of ['baseline', 'progressive'] as const) {
    test(`a ${kind} photo of 48 megapixels takes less than ${PEAK_LIMIT_MB} MB on the ${road} road`, async ({ browser, stack }, info) => {
      const engine = await Engine.open(browser, stack, canvas);
      const photo = kind === 'progressive'
        ? makeProgressive(LARGE.width, LARGE.height, LARGE_BYTES)
        : readFileSync(await makePhoto(engine.page, info.outputDir, 'large.jpg', { ...LARGE, orientation: 6 }));
      await engine.hold('photo', photo);
      const memory = await Memory.of(browser);
      const peak = await memory.peakOf(async () => {
        const { width, height } = await engine.compressHeld('photo');
        expect(Math.max(width, height)).toBe(2560);
      });
      console.log(`${road}, ${kind}, 48 megapixels, ${(photo.length / 1e6).toFixed(0)} MB: ${peak.toFixed(0)} MB at the most`);
      expect(peak).toBeLessThan(PEAK_LIMIT_MB);
      await engine.close();
    });
  }
}
