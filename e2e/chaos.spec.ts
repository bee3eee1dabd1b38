/**
 * `make chaos`: photos through everything that can go wrong at the edge, at the
 * storage, on the network, on the phone and on the desktop. PHOTOS_COUNT (1000)
 * photos in sessions of up to 20; SEED (1) makes the same faults again.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sendThroughChaos, type Outcome } from '../harness/chaos/chaos.ts';
import { makeSkins } from '../harness/photos/skin.ts';
import { expect, test } from '../harness/test.ts';

const SESSION = 20;
const out = fileURLToPath(new URL('../bench/out', import.meta.url));

test('no photo is lost, none is stored twice', async ({ browser, stack }, info) => {
  const count = Number(process.env.PHOTOS_COUNT ?? 1000);
  const seed = Number(process.env.SEED ?? 1);
  const page = await browser.newPage();
  const photos = await makeSkins(page, info.outputPath('photos'), Math.min(SESSION, count), {
    width: 480,
    height: 640,
  });
  await page.close();
  mkdirSync(out, { recursive: true });
  const outcomes: Outcome[] = [];
  for (let sent = 0; sent < count; sent += SESSION) {
    const outcome = await sendThroughChaos(browser, stack, photos.slice(0, count - sent), seed + outcomes.length);
    outcomes.push(outcome);
    console.log(row(outcomes.length, outcome));
    writeFileSync(`${out}/chaos.md`, report(seed, outcomes)); // each time: a run that is cut short leaves what it saw
  }
  console.log(`\n${report(seed, outcomes)}`);
  expect(outcomes.flatMap(({ broken }) => broken)).toEqual([]);
});

const sum = (outcomes: Outcome[], figure: 'sent' | 'missing' | 'interrupted' | 'ms'): number =>
  outcomes.reduce((total, outcome) => total + outcome[figure], 0);

function row(session: number, { sent, missing, interrupted, ms, mishaps, broken }: Outcome): string {
  const cells = [session, sent, missing, interrupted, (ms / 1000).toFixed(1), mishaps.join(' · '), broken.join(' · ')];
  return `| ${cells.join(' | ')} |`;
}

function report(seed: number, outcomes: Outcome[]): string {
  const struck = outcomes.flatMap(({ mishaps }) => mishaps);
  const kinds = [...new Set(struck)]
    .sort()
    .map((kind) => `| ${kind} | ${struck.filter((one) => one === kind).length} |`);
  return [
    `Seed ${seed}: ${sum(outcomes, 'sent')} photos in ${outcomes.length} rounds, each with two patients;`,
    `${sum(outcomes, 'missing')} lost, ${outcomes.flatMap(({ broken }) => broken).length} sentences broken,`,
    `${sum(outcomes, 'interrupted')} interrupted and finished without being chosen again.`,
    '',
    '| round | photos | lost | interrupted | seconds | mishaps | broken |',
    '|---:|---:|---:|---:|---:|---|---|',
    ...outcomes.map((outcome, i) => row(i + 1, outcome)),
    '',
    '| mishap | times |',
    '|---|---:|',
    ...kinds,
    '',
  ].join('\n');
}
