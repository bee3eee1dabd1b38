/**
 * The engine's compression against browser-image-compression at its defaults,
 * in every browser that is installed, on the JPEG photos above 1 MB in PHOTOS.
 * The contestants take turns, so that whatever else the machine does meets all
 * of them. Where the browser can be slowed, the native road again at a quarter
 * of the speed. ROUNDS (5) says how often; QUALITY=off leaves the slow
 * comparison out; BROWSERS=Chromium,WebKit names some.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browsers, type Slow } from './browsers.ts';
import type { Contestant } from './page.ts';
import { compare } from './quality.ts';
import {
  longestTask,
  mean,
  plot,
  shareTable,
  slowTable,
  table,
  type Compression,
  type Measured,
  type Slowed,
} from './report.ts';
import { serve, type Served } from './server.ts';

const CONTESTANTS: readonly Contestant[] = ['native', 'pure', 'peer'];
const WORTH_SHRINKING = 1_000_000;
const SLOWER = 4;

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.PHOTOS;
if (!folder) throw new Error('PHOTOS must name a folder of JPEG photos');
const rounds = Number(process.env.ROUNDS ?? 5);
const wanted = process.env.BROWSERS?.split(',');
const photos = readdirSync(folder).filter(
  (name) => /\.jpe?g$/i.test(name) && statSync(join(folder, name)).size > WORTH_SHRINKING,
);
const out = join(root, 'bench/out');
mkdirSync(out, { recursive: true });

const report: string[] = [];
const missed: string[] = [];
for (const browser of browsers(root).filter(({ name }) => wanted?.includes(name) ?? true)) {
  const kept = mkdtempSync(join(tmpdir(), 'photobridge-bench-'));
  const served = await serve({ root, photos: folder, kept });
  const opened = await browser.open(served.origin);
  try {
    console.log(await served.order('browser'));
    const all = await race(served, kept);
    if (!served.asked.some((path) => /purecodec/.test(path))) throw new Error('the pure road was not taken');
    const raced = table(all);
    report.push(`## ${browser.name}`, shareTable(all), raced.text, taskText(all));
    missed.push(...raced.missed.map((miss) => `${browser.name}: ${miss}`));
    const slowed = opened.slow && (await crawl(served, opened.slow, all));
    if (slowed) {
      const crawled = slowTable(slowed);
      report.push(crawled.text);
      missed.push(...crawled.missed);
    }
    const name = browser.name === 'Chromium' ? 'compress' : `compress-${browser.name.toLowerCase()}`;
    writeFileSync(join(out, `${name}.svg`), plot(all));
    writeFileSync(
      join(out, `${name}.json`),
      JSON.stringify({ all, ...(slowed ? { slowed } : {}) } satisfies Compression, undefined, 1),
    );
  } finally {
    await opened.close();
    served.stop();
    rmSync(kept, { recursive: true });
  }
}
const text = `${report.join('\n\n')}\n`;
writeFileSync(join(out, 'compress.md'), text);
console.log(`\n${text}`);
for (const miss of missed) console.log(`MISSED ${miss}`);
if (missed.length > 0) process.exitCode = 1;

/** Every contestant with every photo; one that a contestant cannot do is left out. */
async function race(served: Served, kept: string): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const photo of photos) {
    const measured = new Map<Contestant, Measured>();
    try {
      for (let round = -1; round < rounds; round++) {
        for (const i of CONTESTANTS.keys()) {
          const contestant = CONTESTANTS[(i + round + 1) % CONTESTANTS.length] ?? 'peer';
          const { milliseconds, longestTask, ...rest } = await served.order('run', contestant, photo);
          const one = measured.get(contestant) ?? { photo, contestant, rounds: [], longestTask, ...rest };
          if (round >= 0) one.rounds.push(milliseconds); // the first loads what it needs
          if (longestTask !== null) one.longestTask = Math.max(one.longestTask ?? 0, longestTask);
          measured.set(contestant, { ...one, ...rest });
        }
      }
    } catch (error) {
      console.log(`${photo}: left out (${error instanceof Error ? error.message.split('\n')[0] : 'failed'})`);
      continue;
    }
    if (process.env.QUALITY !== 'off') {
      await served.order('keep', photo, CONTESTANTS);
      for (const one of measured.values())
        one.quality = await compare(join(kept, 'source.png'), join(kept, `${one.contestant}.png`));
    }
    all.push(...CONTESTANTS.flatMap((contestant) => measured.get(contestant) ?? []));
    console.log(
      `${photo}: ${CONTESTANTS.map(
        (contestant) =>
          `${contestant} ${measured
            .get(contestant)
            ?.rounds.map((ms) => ms.toFixed(0))
            .join(' ')}`,
      ).join(', ')}`,
    );
  }
  return all;
}

/**
 * The native road on a slower processor; a loop in its worker says how much slower it is, by this and
 * by whatever else the machine does.
 */
async function crawl(served: Served, slow: Slow, all: readonly Measured[]): Promise<Slowed> {
  await slow.loops(); // until it is compiled
  const usual = mean(await slow.loops());
  const factor = async (): Promise<number> => mean(await slow.loops()) / usual;
  const release = await slow.by(SLOWER);
  try {
    const factors = [await factor()];
    const photos: Slowed['photos'] = [];
    for (const { photo, megapixels } of all.filter(({ contestant }) => contestant === 'native')) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++)
        times.push((await served.order('run', 'native', photo)).milliseconds);
      photos.push({ photo, megapixels, rounds: times });
    }
    factors.push(await factor());
    return { factors, photos };
  } finally {
    await release();
  }
}

function taskText(all: readonly Measured[]): string {
  const longest = longestTask(all);
  if (longest === null) return 'This browser does not report long tasks.';
  return `Longest task of the main thread while ours worked: ${longest.toFixed(0)} ms (0: below 50).`;
}
