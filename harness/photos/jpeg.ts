import type { Page } from '@playwright/test';

/** The marker segments before the first scan (ITU-T T.81, B.1.1.3), as e.g. `E1 Exif`. */
export function segments(jpeg: Buffer): string[] {
  if (jpeg.readUInt16BE(0) !== 0xffd8) throw new Error('not a JPEG: no SOI');
  const found: string[] = [];
  for (let at = 2; ; ) {
    if (jpeg[at] !== 0xff) throw new Error(`no marker at ${at}`);
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xda) return found;
    const length = jpeg.readUInt16BE(at + 2);
    const name = /^[\w ]*/.exec(jpeg.toString('latin1', at + 4, at + 16))?.[0] ?? '';
    found.push(`${marker.toString(16).toUpperCase()} ${name}`.trim());
    at += 2 + length;
  }
}

/** Segments that may hold anything of a person: every APPn but JFIF, ICC and Adobe's transform flag, and comments. */
export function metadataSegments(jpeg: Buffer): string[] {
  return segments(jpeg).filter(
    (segment) => /^(E\d|E[A-F]|FE)\b/.test(segment) && !/^(E0 JFIF|E2 ICC_PROFILE|EE Adobe)/.test(segment),
  );
}

export interface Decoded {
  width: number;
  height: number;
  /** RGB in the middle of each corner's square, clockwise from top left. */
  corners: number[][];
}

/** Decodes a JPEG with the page's browser. */
export function decode(page: Page, jpeg: Buffer): Promise<Decoded> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (!context) throw new Error('no 2d context');
    context.drawImage(bitmap, 0, 0);
    const inset = Math.round(Math.min(width, height) / 10);
    const places = [
      [inset, inset],
      [width - inset, inset],
      [width - inset, height - inset],
      [inset, height - inset],
    ] as const;
    const corners = places.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)]);
    return { width, height, corners };
  }, jpeg.toString('base64'));
}

/** The colour in the middle, as the page's browser shows it in sRGB; channels are 0 to 1. */
export function colourInTheMiddle(page: Page, jpeg: Buffer): Promise<[number, number, number]> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    if (!context) throw new Error('no 2d context');
    context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    return [r / 255, g / 255, b / 255];
  }, jpeg.toString('base64'));
}

/** The largest difference of any channel between two lists of colours. */
export function colourDistance(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((colour, i) => colour.map((channel, j) => Math.abs(channel - (b[i]?.[j] ?? NaN)))));
}
