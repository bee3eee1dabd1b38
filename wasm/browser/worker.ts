/** The engine's worker: loads the Go program and passes messages between it and the page. */

import wasmUrl from '../../build/engine.wasm?url';
import type { Command, Message } from '../../web/src/contract/engine';
import type { EngineFailure, WorkerMessage } from './messages';
import { runProgram } from './program';

/** wasm/main_js.go exports it; it posts `ready` once it takes commands. */
interface EngineGlobals {
  photobridgeEngine?: (post: (message: Message) => void, startPure: () => Worker) => (command: Command) => void;
}

const post = (message: WorkerMessage): void => self.postMessage(message);

void start();

async function start(): Promise<void> {
  holdLock();
  try {
    void (await runProgram(wasmUrl)).ended.then(() => post({ type: 'ended' }));
  } catch (error) {
    post({ type: 'failed', code: failureOf(error) });
    return;
  }
  const take = (globalThis as EngineGlobals).photobridgeEngine?.(post, startPure);
  self.onmessage = ({ data }: MessageEvent<Command>) => take?.(data);
}

/** fetch rejects with a TypeError; compiling fails with errors of WebAssembly's own, or for want of it. */
function failureOf(error: unknown): EngineFailure {
  if (error instanceof RangeError) return 'engine_stopped'; // no memory
  return error instanceof TypeError ? 'engine_failed' : 'engine_unsupported';
}

/** Starts the worker for photos that the browser's own codecs cannot be trusted with. */
function startPure(): Worker {
  return new Worker(new URL('./pure.ts', import.meta.url), { type: 'module' });
}

function holdLock(): void {
  const locks = (navigator as Partial<Pick<WorkerNavigator, 'locks'>>).locks; // missing on plain http
  if (!locks) return;
  const lock = `photobridge-engine-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  void locks.request(lock, () => {
    post({ type: 'alive', lock });
    return new Promise<never>(() => undefined);
  });
}
