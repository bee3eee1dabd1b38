/** Whether the engine can run here at all. */

/** The smallest WebAssembly module: its magic number and version. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/**
 * Reports whether this browser has what the engine cannot do without. Lockdown
 * Mode on iOS and hardened browsers have no WebAssembly, or refuse to use it.
 */
export function canRunEngine(world: { WebAssembly?: unknown; Worker?: unknown } = globalThis): boolean {
  const { WebAssembly: wasm, Worker: worker } = world;
  if (typeof worker !== 'function' || typeof wasm !== 'object') return false;
  try {
    return (wasm as typeof WebAssembly).validate(EMPTY_MODULE);
  } catch {
    return false;
  }
}
