/**
 * The edge against the same calls in TypeScript (peer/), and against a fresh Go
 * instance for each request, on the same workerd and the same local cloud. The
 * three take turns, so that whatever else the machine does meets all of them.
 * ROUNDS (5) and SECONDS (2) say how often and how long.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOAD, measure, type Sample } from './load.ts';
import { prepare } from './session.ts';
import { residentMegabytes, startCloud, startWorker, type Worker } from './servers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS ?? 2);
const first = Number(process.env.PORT ?? 8787) + 20;
const MANY = 10_000;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const cloud = await startCloud(root, first);
const workers: Worker[] = [];
try {
  for (const [i, name] of (['ours', 'fresh', 'peer'] as const).entries()) workers.push(await startWorker(root, name, first + 10 + 2 * i, cloud.envFile));
  const calls = await prepare(cloud.env, workers[0]?.origin ?? '');
  const samples = new Map<string, Sample[]>();
  for (const call of calls) {
    for (let round = -1; round < rounds; round++) {
      for (const i of workers.keys()) {
        const worker = workers[(i + round + 1) % workers.length];
        if (!worker) continue;
        const sample = await measure(worker.origin, call, round < 0 ? 0.5 : seconds);
        const key = `${worker.name} ${call.name}`;
        if (round >= 0) samples.set(key, [...(samples.get(key) ?? []), sample]); // the first warms up
      }
    }
  }
  const of = (worker: string, call: string, figure: keyof Sample): number => median((samples.get(`${worker} ${call}`) ?? []).map((sample) => sample[figure]));
  const lines = [
    `Requests a second with ${LOAD} at once, medians of ${rounds} rounds of ${seconds} s each; p50 and p99 in milliseconds.`,
    '',
    '| call | ours | TypeScript | fresh Go | ours ÷ TypeScript | ours ÷ fresh | p50 ours / TypeScript | p99 ours / TypeScript |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...calls.map(({ name }) => {
      const rate = (worker: string): number => of(worker, name, 'rate');
      const pair = (figure: 'p50' | 'p99'): string => `${of('ours', name, figure).toFixed(1)} / ${of('peer', name, figure).toFixed(1)}`;
      return `| ${name} | ${rate('ours').toFixed(0)} | ${rate('peer').toFixed(0)} | ${rate('fresh').toFixed(0)} | ${(rate('ours') / rate('peer')).toFixed(2)} | ${(rate('ours') / rate('fresh')).toFixed(2)} | ${pair('p50')} | ${pair('p99')} |`;
    }),
    '',
  ];
  const all = (worker: string): number => calls.reduce((sum, { name }) => sum + 1 / of(worker, name, 'rate'), 0);
  lines.push(`One of each call after the other: ours ${(all('peer') / all('ours')).toFixed(2)} × the throughput of TypeScript, ${(all('fresh') / all('ours')).toFixed(2)} × of a fresh instance.`);

  const ours = workers[0];
  const list = calls.at(-1);
  if (ours && list) {
    const before = residentMegabytes(ours);
    await measure(ours.origin, list, Infinity, MANY);
    const between = residentMegabytes(ours);
    await measure(ours.origin, list, Infinity, MANY);
    lines.push(`Memory of ours: ${before} MB, ${between} MB after ${MANY} requests more, ${residentMegabytes(ours)} MB after twice as many.`);
  }
  const text = lines.join('\n');
  console.log(text);
  mkdirSync(join(root, 'bench/out'), { recursive: true });
  writeFileSync(join(root, 'bench/out/edge.md'), `${text}\n`);
} finally {
  await Promise.all(workers.map((worker) => worker.stop()));
  await cloud.stop();
}
