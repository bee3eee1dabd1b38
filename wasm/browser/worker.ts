/** The engine's worker: loads the Go module and carries messages to and fro. */

import wasmUrl from '../../build/engine.wasm?url';
import type { Command, Message } from '../../web/src/contract/engine';
import { runProgram } from './program';

/** What the worker says beside the engine's own messages. */
export type WorkerMessage =
  | Message
  /** It holds this Web Lock until it dies. */
  | { type: 'alive'; lock: string }
  /** The Go program ended, which it never does by itself. */
  | { type: 'ended' };

type Take = (command: Command) => void;

/** wasm/main_js.go declares it. */
interface EngineGlobals {
  photobridgeEngine?: (post: (message: Message) => void, startPure: () => Worker) => Take;
}

let take: Take | undefined;
const early: Command[] = [];
self.onmessage = ({ data }: MessageEvent<Command>) => {
  if (take) take(data);
  else early.push(data);
};

const post = (message: WorkerMessage): void => self.postMessage(message);

void start();

async function start(): Promise<void> {
  holdLock();
  try {
    void (await runProgram(wasmUrl)).ended.then(() => post({ type: 'ended' }));
  } catch {
    post({ type: 'fatal', detail: 'The photo engine could not be loaded.' });
    return;
  }
  take = (globalThis as EngineGlobals).photobridgeEngine?.(post, startPure);
  for (const command of early.splice(0)) take?.(command);
}

/** Codecs without the browser's, for the photos that need them. */
function startPure(): Worker {
  return new Worker(new URL('./pure.ts', import.meta.url), { type: 'module' });
}

function holdLock(): void {
  const locks = (navigator as Partial<Pick<Navigator, 'locks'>>).locks; // missing on plain http
  if (!locks) return;
  const lock = `photobridge-engine-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  void locks.request(lock, () => {
    post({ type: 'alive', lock });
    return new Promise<never>(() => undefined);
  });
}
