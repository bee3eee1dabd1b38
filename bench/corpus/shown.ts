/** A file as the browser itself shows it, without the engine. */

import type { Page } from '@playwright/test';
import { SIDE } from './magick.ts';

/**
 * Resolves with the picture on white as SIDE × SIDE pixels of sRGB; undefined if the browser shows none, or nothing of
 * it.
 */
export async function show(page: Page, file: Buffer): Promise<Buffer | undefined> {
  const pixels = await page.evaluate(draw, [file.toString('base64'), SIDE] as const);
  return pixels === undefined ? undefined : Buffer.from(pixels, 'base64');
}

/** Runs in the page. */
async function draw([base64, side]: readonly [string, number]): Promise<string | undefined> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes]));
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    const context = new OffscreenCanvas(side, side).getContext('2d', { alpha: false });
    if (!context) return undefined;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, side, side);
    const rgba = context.getImageData(0, 0, side, side).data;
    if (rgba.every((value) => value === 255)) return undefined;
    return btoa(Array.from(rgba, (value, i) => (i % 4 < 3 ? String.fromCharCode(value) : '')).join(''));
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}
