/**
 * Profiles a worker under the load of one call: `make profile-edge CALL=confirm`.
 * SECONDS (5) says how long, WORKER (ours) which of bench-edge's workers, and
 * FUNCTIONS (40) how many are printed. The whole profile is in bench/out; Chromium's
 * developer tools open it.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './load.ts';
import { packageOf, selfTimes, sharesBy, type Profile, type SelfTime } from './selftime.ts';
import { startBenchCloud, startWorker, type Worker } from './servers.ts';
import { prepare } from './session.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = process.env.CALL ?? 'confirm';
const seconds = Number(process.env.SECONDS ?? 5);
const of = process.env.WORKER ?? 'ours';
const functions = Number(process.env.FUNCTIONS ?? 40);
const first = Number(process.env.PORT ?? 8787) + 20;
const inspector = first + 19;

const WARM_UP_REQUESTS = 2000;
const WARM_UP_SECONDS = 10;
const SAMPLE_MICROSECONDS = 500;

/** A call to the inspector, which responds to each in turn. */
type Inspect = (method: string, params?: object) => Promise<Record<string, unknown>>;

async function connect(port: number): Promise<Inspect> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('the inspector refused the connection')));
  });
  let last = 0;
  return (method, params = {}) => {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const take = ({ data }: MessageEvent): void => {
        const reply = JSON.parse(String(data)) as { id?: number; result?: Record<string, unknown>; error?: object };
        if (reply.id !== id) return;
        socket.removeEventListener('message', take);
        if (reply.error) reject(new Error(`${method}: ${JSON.stringify(reply.error)}`));
        else resolve(reply.result ?? {});
      };
      socket.addEventListener('message', take);
      socket.send(JSON.stringify({ id, method, params }));
    });
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)}%`;

function print(times: SelfTime[], requests: number): void {
  const used = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  console.log(`${name} in ${of}: ${requests} requests, ${(used / requests).toFixed(3)} ms of functions each\n`);
  for (const [kind, share] of sharesBy(times, (time) => time.kind)) console.log(`${percent(share)}  ${kind}`);
  const go = times.filter(({ kind }) => kind === 'WebAssembly');
  if (go.length > 0) console.log('\npackages');
  for (const [group, share] of sharesBy(go, (time) => packageOf(time.name)).slice(0, 15))
    console.log(`${percent(share)}  ${group}`);
  console.log('\nfunctions, own time');
  for (const time of times.slice(0, functions))
    console.log(`${percent(time.share)}  ${time.kind}: ${time.name.slice(0, 90)}`);
}

const cloud = await startBenchCloud(first);
let worker: Worker | undefined;
try {
  worker = await startWorker(root, of, first + 10, cloud.env, {
    inspector,
    program: join(root, 'build/edge.named.wasm'),
  });
  const calls = await prepare(cloud.env, worker.origin);
  const call = calls.find((one) => one.name === name);
  if (!call) throw new Error(`CALL is one of ${calls.map((one) => one.name).join(', ')}`);
  await measure(worker, call, WARM_UP_SECONDS, WARM_UP_REQUESTS);
  const inspect = await connect(inspector);
  await inspect('Profiler.enable');
  await inspect('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
  await inspect('Profiler.start');
  const { rate } = await measure(worker, call, seconds);
  const { profile } = await inspect('Profiler.stop');
  mkdirSync(join(root, 'bench/out'), { recursive: true });
  writeFileSync(join(root, `bench/out/${of}-${name}.cpuprofile`), JSON.stringify(profile));
  print(selfTimes(profile as Profile), Math.round(rate * seconds));
} finally {
  await worker?.stop();
  await cloud.stop();
}
process.exit(); // the inspector's socket would keep it
