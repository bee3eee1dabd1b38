/** The engine's worker: loads the Go module and carries messages to and fro. */

import '../../../build/wasm_exec.js';
import wasmUrl from '../../../build/engine.wasm?url';
import type { Command, Message } from '../contract/engine';

/** What the worker says beside the engine's own messages. */
export type WorkerMessage =
  | Message
  /** It holds this Web Lock until it dies. */
  | { type: 'alive'; lock: string }
  /** The Go program ended, which it never does by itself. */
  | { type: 'ended' };

type Take = (command: Command) => void;

/** wasm_exec.js and wasm/main_js.go declare these. */
interface EngineGlobals {
  Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };
  photobridgeEngine?: (post: (message: Message) => void) => Take;
}

const scope = globalThis as unknown as EngineGlobals;
const LOAD_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

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
  const go = new scope.Go();
  let instance: WebAssembly.Instance;
  try {
    instance = await load(go.importObject);
  } catch {
    post({ type: 'fatal', detail: 'The photo engine could not be loaded.' });
    return;
  }
  void go.run(instance).finally(() => post({ type: 'ended' }));
  take = scope.photobridgeEngine?.(post);
  for (const command of early.splice(0)) take?.(command);
}

/** A failing network is given some time; a browser that cannot compile is not. */
async function load(imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  for (const wait of LOAD_WAITS_MS) {
    const response = await fetch(wasmUrl).catch(() => undefined);
    if (response?.ok) return instantiate(response, imports);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return instantiate(await fetch(wasmUrl), imports);
}

async function instantiate(response: Response, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const copy = response.clone();
  try {
    return (await WebAssembly.instantiateStreaming(response, imports)).instance;
  } catch {
    // Streaming wants the type application/wasm, which some servers do not say.
    return (await WebAssembly.instantiate(await copy.arrayBuffer(), imports)).instance;
  }
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
