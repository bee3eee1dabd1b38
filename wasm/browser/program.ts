/** Runs a Go program in a worker. */

import '../../build/wasm_exec.js';

/** wasm_exec.js declares it. */
interface GoGlobals {
  Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };
}

const LOAD_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Is told of bytes as they come. */
export type OnBytes = (count: number) => void;

/** Resolves once the program waits; `ended` resolves when it ends or fails. Rejects if it cannot be loaded or compiled. */
export async function runProgram(url: string, onBytes?: OnBytes): Promise<{ ended: Promise<void> }> {
  const go = new (globalThis as unknown as GoGlobals).Go();
  const ended = go.run(await load(url, go.importObject, onBytes));
  return { ended: ended.catch(() => undefined) };
}

/** A failing network is given some time; a browser that cannot compile is not. */
async function load(url: string, imports: WebAssembly.Imports, onBytes?: OnBytes): Promise<WebAssembly.Instance> {
  for (const wait of LOAD_WAITS_MS) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return instantiate(counted(response, onBytes), imports);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return instantiate(counted(await fetch(url), onBytes), imports);
}

/** The same response, which tells of its bytes, unpacked, as they are read. */
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
    // Streaming wants the type application/wasm, which some servers do not say.
    return (await WebAssembly.instantiate(await copy.arrayBuffer(), imports)).instance;
  }
}
