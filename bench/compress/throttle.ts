/**
 * A slower processor: processes are stopped and continued (SIGSTOP, SIGCONT) so
 * that they run a part of the time, with all their threads. DevTools' CPU
 * throttling slows the main thread alone: not the engine's worker, and not the
 * threads on which the browser decodes and encodes.
 */

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Short against what is measured, long against a timer's error. */
const RUN_MS = 5;

interface Cycle {
  processes: readonly number[];
  factor: number;
  /** Not 0 when it is to end. */
  end: Int32Array<SharedArrayBuffer>;
}

/**
 * Slows processes by a factor; resolves when they are slow. Until the returned function is called: they run when
 * its promise resolves.
 */
export async function throttle(processes: readonly number[], factor: number): Promise<() => Promise<void>> {
  const end = new Int32Array(new SharedArrayBuffer(4));
  // Its own thread: nothing else that this program does holds it up.
  const thread = new Worker(new URL(import.meta.url), { workerData: { processes, factor, end } satisfies Cycle });
  const ended = new Promise<void>((resolve, reject) => thread.once('exit', () => resolve()).once('error', reject));
  await Promise.race([once(thread, 'message'), ended]);
  return () => {
    Atomics.store(end, 0, 1);
    Atomics.notify(end, 0);
    return ended;
  };
}

function cycle({ processes, factor, end }: Cycle): void {
  const signal = (name: NodeJS.Signals) => processes.forEach((pid) => process.kill(pid, name));
  /** Returns how long the pause was. A busy machine wakes late; the next pause makes up for it. */
  const sleep = (milliseconds: number): number => {
    const before = performance.now();
    Atomics.wait(end, 0, 0, milliseconds);
    return performance.now() - before;
  };
  let ran = 0;
  let stood = 0;
  try {
    while (Atomics.load(end, 0) === 0) {
      signal('SIGSTOP');
      if (ran === 0) parentPort?.postMessage('slow');
      stood += sleep(Math.max(0, ran * (factor - 1) - stood));
      signal('SIGCONT');
      ran += sleep(RUN_MS);
    }
  } finally {
    signal('SIGCONT');
  }
}

if (!isMainThread) cycle(workerData as Cycle);
