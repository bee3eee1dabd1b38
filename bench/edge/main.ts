/**
 * The edge against the same calls in TypeScript (peer/), against a fresh Go
 * instance for each request, and against what the runtime alone costs (floor.mjs),
 * on the same workerd and the same local cloud. They take turns, so that whatever
 * else the machine does meets all of them. ROUNDS (5) and SECONDS (2) say how often
 * and how long; REQUESTS (10000), after how many memory is looked at.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../report/statistics.ts';
import { LOAD, measure, type Sample } from './load.ts';
import { prepare } from './session.ts';
import { residentMegabytes, startBenchCloud, startWorker, type Worker } from './servers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = Number(process.env.ROUNDS ?? 5);
const seconds = Number(process.env.SECONDS ?? 2);
const first = Number(process.env.PORT ?? 8787) + 20;
const many = Number(process.env.REQUESTS ?? 10_000);

/** How often each worker makes a call before it is measured: engines compile JavaScript and WebAssembly in stages. */
const WARM_UP_REQUESTS = 1000;
const WARM_UP_SECONDS = 10;

const cloud = await startBenchCloud(first);
const workers: Worker[] = [];
try {
  for (const [i, name] of (['ours', 'fresh', 'peer', 'floor'] as const).entries())
    workers.push(await startWorker(root, name, first + 10 + i, cloud.env));
  const calls = await prepare(cloud.env, workers[0]?.origin ?? '');
  const samples = new Map<string, Sample[]>();
  for (const call of calls) {
    for (let round = -1; round < rounds; round++) {
      for (const i of workers.keys()) {
        const worker = workers[(i + round + 1) % workers.length];
        if (!worker) continue;
        if (round < 0) {
          await measure(worker, call, WARM_UP_SECONDS, WARM_UP_REQUESTS);
          continue;
        }
        const sample = await measure(worker, call, seconds);
        const key = `${worker.name} ${call.name}`;
        samples.set(key, [...(samples.get(key) ?? []), sample]);
      }
    }
  }
  const of = (worker: string, call: string, figure: keyof Sample): number =>
    median((samples.get(`${worker} ${call}`) ?? []).map((sample) => sample[figure]));
  const lines = [
    `Requests a second with ${LOAD} at once, and milliseconds of processor a request: medians of ${rounds} ` +
      `rounds of ${seconds} s each, on ${cloud.redis}.`,
    '',
    '| call | ours | TypeScript | fresh Go | floor | ours ÷ TypeScript | ours ÷ fresh | processor, ours / ' +
      'TypeScript / fresh / floor | p50 ours / TypeScript | p99 ours / TypeScript |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...calls.map(({ name }) => {
      const rate = (worker: string): number => of(worker, name, 'rate');
      const figures = (figure: 'p50' | 'p99' | 'processor', among: string[], digits = 1): string =>
        among.map((worker) => of(worker, name, figure).toFixed(digits)).join(' / ');
      return (
        `| ${name} | ${rate('ours').toFixed(0)} | ${rate('peer').toFixed(0)} | ${rate('fresh').toFixed(0)} | ` +
        `${rate('floor').toFixed(0)} | ` +
        `${(rate('ours') / rate('peer')).toFixed(2)} | ${(rate('ours') / rate('fresh')).toFixed(2)} | ` +
        `${figures('processor', ['ours', 'peer', 'fresh', 'floor'], 2)} | ${figures('p50', ['ours', 'peer'])} | ` +
        `${figures('p99', ['ours', 'peer'])} |`
      );
    }),
    '',
  ];
  const time = (worker: string): number => calls.reduce((sum, { name }) => sum + 1 / of(worker, name, 'rate'), 0);
  const processor = (worker: string): number => calls.reduce((sum, { name }) => sum + of(worker, name, 'processor'), 0);
  lines.push(
    `One of each call after the other: ours ${(time('peer') / time('ours')).toFixed(2)} × the throughput of ` +
      `TypeScript and ${(time('fresh') / time('ours')).toFixed(2)} × of a fresh instance;`,
    `by processor time ${(processor('peer') / processor('ours')).toFixed(2)} × and ` +
      `${(processor('fresh') / processor('ours')).toFixed(2)} ×. Of our processor time the floor is ` +
      `${((100 * processor('floor')) / processor('ours')).toFixed(0)}%, of TypeScript's ` +
      `${((100 * processor('floor')) / processor('peer')).toFixed(0)}%.`,
    '',
  );

  const last = calls.at(-1);
  for (const worker of last && many > 0 ? workers.filter(({ name }) => name === 'ours' || name === 'peer') : []) {
    const sizes = [residentMegabytes(worker)];
    for (let i = 0; i < 2 && last; i++) {
      await measure(worker, last, Infinity, many / 2);
      sizes.push(residentMegabytes(worker));
    }
    lines.push(
      `Memory of workerd with ${worker.name === 'ours' ? 'ours' : 'TypeScript'}: ${sizes.join(', ')} MB, each ` +
        `${many / 2} requests apart.`,
    );
  }
  const ours = workers.find(({ name }) => name === 'ours');
  if (ours) {
    const sizes = (await (await fetch(`${ours.origin}/instances`)).json()) as number[];
    lines.push(`Memory of each Go instance in it: ${sizes.map((size) => (size / 2 ** 20).toFixed(1)).join(', ')} MB.`);
  }
  const text = lines.join('\n');
  console.log(text);
  mkdirSync(join(root, 'bench/out'), { recursive: true });
  writeFileSync(join(root, 'bench/out/edge.md'), `${text}\n`);
  writeFileSync(
    join(root, 'bench/out/edge.json'),
    JSON.stringify({ calls: calls.map(({ name }) => name), samples: Object.fromEntries(samples) }, undefined, 1),
  );
} finally {
  await Promise.all(workers.map((worker) => worker.stop()));
  await cloud.stop();
}
