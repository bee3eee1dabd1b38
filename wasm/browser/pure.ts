/**
 * The pure codec's worker: codecs in WebAssembly, loaded for the first photo
 * that the browser's own cannot be trusted with. The engine makes it and ends
 * it (wasm/bridge/purecodec_js.go). It handles one call after the other.
 */

import wasmUrl from '../../build/purecodec.wasm?url';
import { decodeHeif, isHeif, loadHeif, type Pixels } from './heif';
import { runProgram } from './program';

type Call =
  /** For pictures whose longer side is at most `edge`. */
  | { call: 'decode'; file: Blob; edge: number }
  | { call: 'estimate' | 'encode'; width: number; height: number; quality: number }
  /** RGBA, four bytes a pixel. */
  | { call: 'sample'; width: number; height: number };

/** Bytes of what is loaded, unpacked; the build says. */
declare const PURE_BYTES: number;
declare const HEIF_BYTES: number;

/** Steps in which it reports the download: few enough for a screen reader to read each. */
const TOLD_STEPS = 10;

type Answer = { width: number; height: number } | { size: number } | { bytes: ArrayBuffer } | { code: string };

/** To Go a file is its bytes, and the pixels if Go cannot decode them. */
type GoCall = Exclude<Call, { file: Blob }> | { call: 'decode'; bytes: Uint8Array; edge: number; pixels?: Pixels };

/** wasm/purecodec/main_js.go declares it. */
interface PureGlobals {
  photobridgePure?: (call: GoCall) => Answer;
}

const OUT_OF_MEMORY: Answer = { code: 'out_of_memory' };
const NOT_LOADED: Answer = { code: 'network' };
const NOT_READ: Answer = { code: 'cannot_decode' };

const loading = { bytes: 0, of: PURE_BYTES, reported: 0 };
const loaded = runProgram(wasmUrl, count);
// If the Go program exits, it ran out of memory. A load failure is reported by each call.
loaded.then(
  ({ ended }) => ended.then(() => post(OUT_OF_MEMORY)),
  () => undefined,
);

self.onmessage = async ({ data }: MessageEvent<Call>) => post(await answer(data));

async function answer(call: Call): Promise<Answer> {
  try {
    return call.call === 'decode' ? await decode(call) : ask(call);
  } catch {
    return NOT_READ; // the file was taken away, or is damaged
  }
}

async function decode({ call, file, edge }: Extract<Call, { file: Blob }>): Promise<Answer> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const heic = isHeif(bytes);
  if (heic && loading.of === PURE_BYTES) loading.of += HEIF_BYTES;
  const [ready, heif] = await Promise.all([
    loaded.catch(() => undefined),
    heic ? loadHeif(count).catch(() => undefined) : undefined,
  ]);
  if (!ready || (heic && !heif)) return NOT_LOADED;
  if (!heif) return ask({ call, bytes, edge });
  return decodeHeif(heif, bytes, (pixels) => ask({ call, bytes, edge, pixels }));
}

function ask(call: GoCall): Answer {
  return (globalThis as PureGlobals).photobridgePure?.(call) ?? OUT_OF_MEMORY;
}

/** Reports to the engine which share of the decoder has been downloaded. */
function count(bytes: number): void {
  loading.bytes += bytes;
  const share = Math.min(1, Math.floor((TOLD_STEPS * loading.bytes) / loading.of) / TOLD_STEPS);
  if (share <= loading.reported) return;
  loading.reported = share;
  self.postMessage({ share });
}

function post(answer: Answer): void {
  self.postMessage(answer, { transfer: 'bytes' in answer ? [answer.bytes] : [] });
}
