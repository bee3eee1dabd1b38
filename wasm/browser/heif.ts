/** HEIC for browsers that cannot read it: libheif, loaded for the first such photo. */

import wasmUrl from 'libheif-js/libheif-wasm/libheif.wasm?url';
import { counted, type OnBytes } from './program';

/** Lent by the decoder: gone when the call that got them returns. */
export interface Pixels {
  /** Upright: libheif turns by what the file says. */
  width: number;
  height: number;
  /** Bytes from row to row. */
  stride: number;
  /** Four bytes a pixel, in the file's own colours. */
  rgba: Uint8Array;
}

type Heif = Awaited<ReturnType<typeof load>>;

let loading: Promise<Heif> | undefined;

async function load(onBytes: OnBytes) {
  const { default: libheif } = await import('libheif-js/libheif-wasm/libheif.js');
  const response = await fetch(wasmUrl);
  if (!response.ok) throw new TypeError('the decoder cannot be loaded');
  return libheif({ wasmBinary: await counted(response, onBytes).arrayBuffer() });
}

/** Loads the decoder; rejects where it cannot be loaded, and may then be tried again. */
export function loadHeif(onBytes: OnBytes): Promise<Heif> {
  loading ??= load(onBytes).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The result of the JavaScript binding, which its types leave open; `code` is set on a failure. */
interface Decoded {
  code?: unknown;
  image: never;
  channels: { width: number; height: number; stride: number; data: Uint8Array }[];
}

/** Decodes a file's primary image. Rejects where it cannot. */
export async function decodeHeif<T>(heif: Heif, bytes: Uint8Array, use: (pixels: Pixels) => T): Promise<T> {
  const context = heif.heif_context_alloc();
  try {
    // It copies any bytes, whatever its types say.
    heif.heif_context_read_from_memory(context, bytes as unknown as string);
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if (handle.code) throw new Error('no image in the file');
    const decoded: Decoded = await heif.heif_js_decode_image2(
      handle,
      heif.heif_colorspace.heif_colorspace_RGB,
      heif.heif_chroma.heif_chroma_interleaved_RGBA,
    );
    heif.heif_image_handle_release(handle);
    const [channel] = decoded.channels ?? [];
    if (!channel) throw new Error('the image is damaged');
    try {
      return use({ width: channel.width, height: channel.height, stride: channel.stride, rgba: channel.data });
    } finally {
      heif.heif_image_release(decoded.image);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

/**
 * A HEIF file begins with a box of its type (ISO/IEC 14496-12, section 4.3); which brands it has is
 * the engine's business.
 */
export function isHeif(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === 'ftyp';
}
