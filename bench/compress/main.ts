/**
 * The engine's compression against browser-image-compression at its defaults,
 * in Chromium, on the JPEG photos above 1 MB in PHOTOS. The contestants take
 * turns, so that whatever else the machine does meets all of them.
 * ROUNDS (5) says how often; QUALITY=off leaves the slow comparison out.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import type { Contestant, Run } from './page.ts';
import { compare } from './quality.ts';
import { plot, table, type Measured } from './report.ts';
import { serve } from './server.ts';

const CONTESTANTS: Contestant[] = ['native', 'pure', 'peer'];
const WORTH_SHRINKING = 1_000_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.PHOTOS;
if (!folder) throw new Error('PHOTOS must name a folder of JPEG photos');
const rounds = Number(process.env.ROUNDS ?? 5);
const photos = readdirSync(folder).filter((name) => /\.jpe?g$/i.test(name) && statSync(join(folder, name)).size > WORTH_SHRINKING);
const kept = mkdtempSync(join(tmpdir(), 'photobridge-bench-'));
const out = join(root, 'bench/out');
mkdirSync(out, { recursive: true });

const served = await serve({ root, photos: folder, kept });
const browser = await chromium.launch({ executablePath: execFileSync(join(root, 'scripts/browser.sh'), { encoding: 'utf8' }).trim(), args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  await page.addInitScript((script) => void (window.engineScript = script), served.engineScript);
  await page.goto(served.origin);
  await page.waitForFunction(() => 'bench' in window);
  const run = (contestant: Contestant, photo: string): Promise<Run> => page.evaluate(([who, what]) => window.bench.run(who, what), [contestant, photo] as const);

  const all: Measured[] = [];
  let longestTask = 0;
  for (const photo of photos) {
    const measured = new Map<Contestant, Measured>();
    try {
      for (let round = -1; round < rounds; round++) {
        for (const i of CONTESTANTS.keys()) {
          const contestant = CONTESTANTS[(i + round + 1) % CONTESTANTS.length] ?? 'peer';
          await page.evaluate(() => window.bench.longestTask());
          const { milliseconds, ...rest } = await run(contestant, photo);
          if (contestant !== 'peer') longestTask = Math.max(longestTask, await page.evaluate(() => window.bench.longestTask()));
          const one = measured.get(contestant) ?? { photo, contestant, rounds: [], ...rest };
          if (round >= 0) one.rounds.push(milliseconds); // the first loads what it needs
          measured.set(contestant, { ...one, ...rest });
        }
      }
    } catch (error) {
      console.log(`${photo}: left out (${error instanceof Error ? error.message.split('\n')[0] : 'failed'})`);
      continue;
    }
    if (process.env.QUALITY !== 'off') {
      await page.evaluate(([what, who]) => window.bench.keep(what, who), [photo, CONTESTANTS] as const);
      for (const one of measured.values()) one.quality = await compare(join(kept, 'source.png'), join(kept, `${one.contestant}.png`));
    }
    all.push(...CONTESTANTS.flatMap((contestant) => measured.get(contestant) ?? []));
    console.log(`${photo}: ${CONTESTANTS.map((contestant) => `${contestant} ${measured.get(contestant)?.rounds.map((ms) => ms.toFixed(0)).join(' ')}`).join(', ')}`);
  }
  if (!served.asked.some((path) => /purecodec/.test(path))) throw new Error('the pure road was not taken');

  const { text, missed } = table(all);
  writeFileSync(join(out, 'compress.md'), text);
  writeFileSync(join(out, 'compress.svg'), plot(all));
  writeFileSync(join(out, 'compress.json'), JSON.stringify(all, undefined, 1));
  console.log(`\n${text}\nLongest task of the main thread while ours worked: ${longestTask.toFixed(0)} ms (0: below 50).`);
  for (const miss of missed) console.log(`MISSED ${miss}`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
  served.stop();
  rmSync(kept, { recursive: true });
}
