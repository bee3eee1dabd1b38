/** Runs a Go program in a worker. */

import '../../../build/wasm_exec.js';

/** wasm_exec.js declares it. */
interface GoGlobals {
  Go: new () => { importObject: WebAssembly.Imports; run(instance: WebAssembly.Instance): Promise<void> };
}

const LOAD_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Resolves once the program waits; `ended` resolves when it ends or fails. Rejects if it cannot be loaded or compiled. */
export async function runProgram(url: string): Promise<{ ended: Promise<void> }> {
  const go = new (globalThis as unknown as GoGlobals).Go();
  const ended = go.run(await load(url, go.importObject));
  return { ended: ended.catch(() => undefined) };
}

/** A failing network is given some time; a browser that cannot compile is not. */
async function load(url: string, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  for (const wait of LOAD_WAITS_MS) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return instantiate(response, imports);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return instantiate(await fetch(url), imports);
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
