import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { paintFile } from './canvas.ts';

/** EXIF orientation: how a viewer must turn the stored pixels to see them upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Which upright corner each stored corner is, clockwise from top left (EXIF 2.32, 4.6.4). */
const STORED_CORNERS: Record<Orientation, readonly number[]> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [2, 3, 0, 1],
  4: [3, 2, 1, 0],
  5: [0, 3, 2, 1],
  6: [1, 2, 3, 0],
  7: [2, 1, 0, 3],
  8: [3, 0, 1, 2],
};

/** The colours of an upright test photo's corners, clockwise from top left. */
export const CORNERS = [
  [200, 40, 40],
  [40, 160, 40],
  [40, 60, 200],
  [230, 200, 40],
] as const;

export interface TestPhoto {
  /** Size as stored, before any turn. */
  width: number;
  height: number;
  orientation: Orientation;
}

/**
 * Paints a photo with a coloured square in each corner and enough grain to
 * weigh what a phone's photo weighs, and gives it EXIF with a GPS position.
 */
export async function makePhoto(page: Page, folder: string, name: string, photo: TestPhoto): Promise<string> {
  const corners = STORED_CORNERS[photo.orientation].map((corner) => [...(CORNERS[corner] ?? [])]);
  const jpeg = withExif(await paintFile(page, paint, { ...photo, corners }), photo.orientation);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, jpeg);
  return path;
}

/** Makes photos that differ in their widths, by which a test recognizes them. */
export function makePhotos(page: Page, folder: string, widths: readonly number[]): Promise<string[]> {
  return Promise.all(
    widths.map((width) => makePhoto(page, folder, `${width}.jpg`, { width, height: 600, orientation: 1 })),
  );
}

/** Runs in the page. The corners are those that are stored. */
async function paint(photo: TestPhoto & { corners: number[][] }): Promise<Blob> {
  const { width, height } = photo;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d context');
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  let seed = 1;
  for (let i = 0; i < pixels.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const level = 120 + Math.round(((i % width) / width) * 60) + (seed >>> 28);
    pixels[i] = (255 << 24) | (level << 16) | ((level + 8) << 8) | (level + 30);
  }
  context.putImageData(image, 0, 0);
  const side = Math.round(Math.min(width, height) / 5);
  const places = [
    [0, 0],
    [width - side, 0],
    [width - side, height - side],
    [0, height - side],
  ] as const;
  places.forEach(([x, y], i) => {
    context.fillStyle = `rgb(${photo.corners[i]})`;
    context.fillRect(x, y, side, side);
  });
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}

/** A saturated red in Display P3 that sRGB has too; channels are 0 to 1. */
export const PATCH = [0.8, 0.25, 0.22] as const;

/** A photo in Display P3, of one colour all over; the browser writes the profile. */
export async function makeDisplayP3(page: Page, path: string): Promise<void> {
  const jpeg = await paintFile(page, paintDisplayP3, PATCH.join(' '));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, jpeg);
}

/** Runs in the page. */
function paintDisplayP3(channels: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(3200, 2400);
  const context = canvas.getContext('2d', { colorSpace: 'display-p3' });
  if (!context) throw new Error('no 2d context');
  context.fillStyle = `color(display-p3 ${channels})`;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 1 });
}

/** Puts an APP1 segment with orientation and GPS right after SOI (EXIF 2.32, 4.5.4 and 4.6). */
function withExif(jpeg: Buffer, orientation: Orientation): Buffer {
  const entry = (tag: number, type: number, count: number, value: Buffer): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    value.copy(bytes, 8);
    return bytes;
  };
  const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255, 0, 0]);
  const long = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const directory = (...entries: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from([0, entries.length]), ...entries, long(0)]);
  const rationals = (...values: number[]): Buffer => Buffer.concat(values.flatMap((value) => [long(value), long(1)]));

  const gpsAt = 8 + 2 + 2 * 12 + 4;
  const dataAt = gpsAt + 2 + 4 * 12 + 4;
  const tiff = Buffer.concat([
    Buffer.from('MM\0*', 'latin1'),
    long(8),
    directory(entry(0x0112, 3, 1, short(orientation)), entry(0x8825, 4, 1, long(gpsAt))),
    directory(
      entry(1, 2, 2, Buffer.from('S\0\0\0', 'latin1')),
      entry(2, 5, 3, long(dataAt)),
      entry(3, 2, 2, Buffer.from('E\0\0\0', 'latin1')),
      entry(4, 5, 3, long(dataAt + 24)),
    ),
    rationals(41, 17, 0),
    rationals(174, 46, 0),
  ]);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const header = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), header, body, jpeg.subarray(2)]);
}
