/**
 * The pure codec's worker: Go's image codecs, loaded for the first photo that
 * the browser's own cannot be trusted with. The engine makes it and ends it
 * (wasm/bridge/purecodec_js.go). It answers each call in turn.
 */

import wasmUrl from '../../../build/purecodec.wasm?url';
import { runProgram } from './program';

type Call =
  | { call: 'decode'; file: Blob }
  | { call: 'estimate' | 'encode'; width: number; height: number; quality: number }
  /** RGBA, four bytes a pixel. */
  | { call: 'sample'; width: number; height: number };

type Answer = { width: number; height: number } | { size: number } | { bytes: ArrayBuffer } | { code: string; detail: string };

/** wasm/purecodec/main_js.go declares it: there a file is its bytes. */
interface PureGlobals {
  photobridgePure?: (call: Exclude<Call, { call: 'decode' }> | { call: 'decode'; bytes: Uint8Array }) => Answer;
}

const loaded = runProgram(wasmUrl);
loaded.then(
  // A Go program that runs out of memory ends.
  ({ ended }) => ended.then(() => post({ code: 'out_of_memory', detail: 'The phone had no memory for this photo. Close other tabs and try again.' })),
  () => undefined, // each call says so
);

self.onmessage = async ({ data }: MessageEvent<Call>) => post(await answer(data));

async function answer(call: Call): Promise<Answer> {
  try {
    await loaded;
  } catch {
    return { code: 'network', detail: 'What this photo needs could not be loaded. Check the connection and try again.' };
  }
  try {
    const bare = call.call === 'decode' ? { call: call.call, bytes: new Uint8Array(await call.file.arrayBuffer()) } : call;
    const made = (globalThis as PureGlobals).photobridgePure?.(bare);
    if (made) return made;
  } catch {
    // The file was taken away, or the program ended within the call.
  }
  return { code: 'cannot_decode', detail: 'This photo cannot be read. Choose it again, or take it again.' };
}

function post(answer: Answer): void {
  self.postMessage(answer, { transfer: 'bytes' in answer ? [answer.bytes] : [] });
}
