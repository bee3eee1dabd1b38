/** Runs a Go program in a worker. */

import '../../build/wasm_exec.js';

/** wasm_exec.js declares it. */
interface GoGlobals {
  Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };
}

const LOAD_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Called with the number of bytes as they arrive. */
export type OnBytes = (count: number) => void;

/**
 * Loads and runs a program. Resolves once it waits for events; `ended` resolves
 * when it ends. Rejects with a TypeError if it cannot be loaded, with another
 * error if it cannot be compiled.
 */
export async function runProgram(url: string, onBytes?: OnBytes): Promise<{ ended: Promise<void> }> {
  const go = new (globalThis as unknown as GoGlobals).Go();
  const ended = go.run(await load(url, go.importObject, onBytes));
  return { ended: ended.catch(() => undefined) };
}

/** Retries a failing network for a while, a browser that cannot compile not at all. */
async function load(url: string, imports: WebAssembly.Imports, onBytes?: OnBytes): Promise<WebAssembly.Instance> {
  for (const wait of LOAD_WAITS_MS) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return instantiate(counted(response, onBytes), imports);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const response = await fetch(url);
  if (!response.ok) throw new TypeError('the program cannot be loaded');
  return instantiate(counted(response, onBytes), imports);
}

/** Returns the same response; `onBytes` is called with its bytes, unpacked, as they are read. */
export function counted(response: Response, onBytes?: OnBytes): Response {
  if (!onBytes || !response.body) return response;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onBytes(chunk.length);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), response);
}

async function instantiate(response: Response, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const copy = response.clone();
  try {
    return (await WebAssembly.instantiateStreaming(response, imports)).instance;
  } catch {
    // Streaming needs the type application/wasm, which some servers do not send.
    return (await WebAssembly.instantiate(await copy.arrayBuffer(), imports)).instance;
  }
}
