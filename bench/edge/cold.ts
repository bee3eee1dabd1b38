/**
 * The first request of a new isolate: the edge, the same calls in TypeScript (peer/), and what the runtime alone costs
 * (floor.mjs). Each starts a workerd for each round, and they take turns. ROUNDS (10) says how often.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../report/statistics.ts';
import { send, type Call } from './load.ts';
import {
  bundle,
  processorMilliseconds,
  removeBundle,
  serve,
  startBenchCloud,
  startWorker,
  type Bundle,
} from './servers.ts';
import { prepare } from './session.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = Number(process.env.ROUNDS ?? 10);
const first = Number(process.env.PORT ?? 8787) + 20;
const NAMES = ['ours', 'peer', 'floor'] as const;

/** Times in milliseconds. */
interface Cold {
  /** Processor time until workerd listens: it has compiled the modules. */
  start: number;
  /** Wall and processor time of the first request. */
  wall: number;
  processor: number;
  /** Wall time of the second request, after the first one. */
  second: number;
}

/** Resolves with true if a server listens. It sends nothing, so that the first request is still to come. */
function listens(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => resolve(true)).once('connect', () => socket.destroy());
  });
}

async function measureCold(bundled: Bundle, port: number, env: Record<string, string>, call: Call): Promise<Cold> {
  const worker = await serve(bundled, port, env, listens);
  const agent = new Agent({ keepAlive: true });
  const request = async (): Promise<number> => {
    const began = performance.now();
    const status = await send(agent, worker.origin, call);
    if (status !== call.status) throw new Error(`${call.name} returned ${status} at ${worker.name}`);
    return performance.now() - began;
  };
  try {
    const start = processorMilliseconds(worker);
    const wall = await request();
    const processor = processorMilliseconds(worker) - start;
    return { start, wall, processor, second: await request() };
  } finally {
    agent.destroy();
    await worker.stop();
  }
}

function report(samples: ReadonlyMap<string, Cold[]>, call: string): string {
  const of = (name: string, figure: keyof Cold): number => median((samples.get(name) ?? []).map((one) => one[figure]));
  const row = (what: string, figure: keyof Cold): string =>
    `| ${what} | ${NAMES.map((name) => of(name, figure).toFixed(1)).join(' | ')} | ` +
    `${(of('ours', figure) / of('peer', figure)).toFixed(2)} |`;
  return [
    `The first request (${call}) of a new workerd, in milliseconds: medians of ${rounds} rounds.`,
    '',
    '| | ours | TypeScript | floor | ours ÷ TypeScript |',
    '|---|---:|---:|---:|---:|',
    row('first request', 'wall'),
    row('its processor time', 'processor'),
    row('processor time before it, to start and to compile', 'start'),
    row('second request', 'second'),
    '',
  ].join('\n');
}

const bundles = NAMES.map((name) => bundle(root, name)); // before anything runs that a failure would leave behind
const cloud = await startBenchCloud(first);
try {
  const warm = await startWorker(root, 'ours', first + 10, cloud.env);
  const [create] = await prepare(cloud.env, warm.origin).finally(() => warm.stop());
  if (!create) throw new Error('there is no call to measure');
  const samples = new Map<string, Cold[]>();
  for (let round = 0; round < rounds; round++) {
    for (const i of bundles.keys()) {
      const bundled = bundles[(i + round) % bundles.length];
      if (!bundled) continue;
      const cold = await measureCold(bundled, first + 11, cloud.env, create);
      samples.set(bundled.name, [...(samples.get(bundled.name) ?? []), cold]);
    }
  }
  const text = report(samples, create.name);
  console.log(text);
  mkdirSync(join(root, 'bench/out'), { recursive: true });
  writeFileSync(join(root, 'bench/out/cold.md'), text);
  writeFileSync(join(root, 'bench/out/cold.json'), JSON.stringify(Object.fromEntries(samples), undefined, 1));
} finally {
  bundles.forEach(removeBundle);
  await cloud.stop();
}
