/** One pass of the browser's own JPEG encoder; what it writes has no metadata at all. */

import type { EngineErrorCode } from '../../contract/engine';

export interface Encoded {
  jpeg: Blob;
  width: number;
  height: number;
  /** Standard base64. */
  sha256: string;
}

/** What is wrong with a file. */
export class PlainError extends Error {
  constructor(
    readonly code: EngineErrorCode,
    readonly retryable: boolean,
  ) {
    super(code);
    this.name = 'PlainError';
  }
}

/** As the engine has it (DefaultLimits in wasm/photo). */
const LONG_EDGE = 2560;
const TRIES = [
  { scale: 1, quality: 0.9 },
  { scale: 1, quality: 0.8 },
  { scale: 1, quality: 0.65 },
  { scale: 0.75, quality: 0.8 },
  { scale: 0.5, quality: 0.8 },
  { scale: 0.35, quality: 0.75 },
] as const;

/**
 * Upright, at most `maxBytes`, at most 2560 px.
 * @throws PlainError empty_file, cannot_decode, blank_result, too_large
 */
export async function encode(file: Blob, maxBytes: number): Promise<Encoded> {
  if (file.size === 0) throw new PlainError('empty_file', false);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new PlainError('cannot_decode', false);
  }
  try {
    const fit = Math.min(1, LONG_EDGE / Math.max(bitmap.width, bitmap.height));
    for (const { scale, quality } of TRIES) {
      const width = Math.max(1, Math.round(bitmap.width * fit * scale));
      const height = Math.max(1, Math.round(bitmap.height * fit * scale));
      const jpeg = await draw(bitmap, width, height, quality);
      if (jpeg.size <= maxBytes) return { jpeg, width, height, sha256: await hash(jpeg) };
    }
  } finally {
    bitmap.close();
  }
  throw new PlainError('too_large', false);
}

async function draw(bitmap: ImageBitmap, width: number, height: number, quality: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new PlainError('blank_result', true);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  canvas.width = canvas.height = 1;
  if (!jpeg || jpeg.type !== 'image/jpeg') throw new PlainError('blank_result', true);
  return jpeg;
}

async function hash(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/**
 * Whether a canvas gives back what was drawn. Browsers that guard against
 * fingerprinting add noise or answer white: such pixels are no clinical photo.
 */
export function canvasIsHonest(): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) return false;
  const colour = (i: number): [number, number, number] => [(i * 37) % 256, (i * 91) % 256, (i * 151) % 256];
  for (let i = 0; i < 256; i++) {
    context.fillStyle = `rgb(${colour(i).join(' ')})`;
    context.fillRect(i % 16, Math.floor(i / 16), 1, 1);
  }
  const { data } = context.getImageData(0, 0, 16, 16);
  return Array.from({ length: 256 }, (_, i) =>
    colour(i).every((value, channel) => data[i * 4 + channel] === value),
  ).every(Boolean);
}
