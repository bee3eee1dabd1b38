/** An animated PNG (https://www.w3.org/TR/png-3/#apng-frame-based-animation): each frame stores only what changed. */

import { crc32 } from 'node:zlib';
import { PNG } from 'pngjs';

export interface Frame {
  /** A PNG file. All frames of a film have the same size. */
  png: Buffer;
  /** How long it is shown. */
  ms: number;
}

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = { colorType: 2, inputColorType: 6, inputHasAlpha: true, deflateLevel: 9 } as const;

/** @throws Error for no frames, or frames of different sizes */
export function film(frames: readonly Frame[]): Buffer {
  const pictures = frames.map(({ png }) => PNG.sync.read(png));
  const [first] = pictures;
  if (!first || pictures.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new Error('a film needs frames of one size');
  const chunks = [chunk('IHDR', header(first)), chunk('acTL', numbers(frames.length, 0))];
  let sequence = 0;
  pictures.forEach((picture, i) => {
    const before = pictures[i - 1];
    const area = before ? changed(before, picture) : { x: 0, y: 0, width: picture.width, height: picture.height };
    chunks.push(chunk('fcTL', control(sequence++, area, frames[i]?.ms ?? 0)));
    for (const data of pixels(picture, area))
      chunks.push(before ? chunk('fdAT', Buffer.concat([numbers(sequence++), data])) : chunk('IDAT', data));
  });
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

/** Returns the smallest rectangle that contains every difference, or one pixel if there is none. */
function changed(before: PNG, after: PNG): Area {
  let [left, top, right, bottom] = [after.width, after.height, 0, 0];
  for (let y = 0; y < after.height; y++) {
    for (let x = 0; x < after.width; x++) {
      const at = 4 * (y * after.width + x);
      if (before.data.readUInt32LE(at) === after.data.readUInt32LE(at)) continue;
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
  }
  return left > right
    ? { x: 0, y: 0, width: 1, height: 1 }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Returns the compressed pixels of an area, as a PNG's IDAT chunks contain them. */
function pixels(picture: PNG, { x, y, width, height }: Area): Buffer[] {
  const part = new PNG({ width, height });
  PNG.bitblt(picture, part, x, y, width, height, 0, 0);
  const file = PNG.sync.write(part, RGB);
  const found: Buffer[] = [];
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') found.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
}

function header({ width, height }: PNG): Buffer {
  return Buffer.concat([numbers(width, height), Buffer.from([8, RGB.colorType, 0, 0, 0])]);
}

/** Where and how long a frame is shown: over the earlier frames, which stay visible. */
function control(sequence: number, { x, y, width, height }: Area, ms: number): Buffer {
  const delay = Buffer.alloc(4);
  delay.writeUInt16BE(ms, 0);
  delay.writeUInt16BE(1000, 2);
  return Buffer.concat([numbers(sequence, width, height, x, y), delay, Buffer.from([0, 0])]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([numbers(data.length), body, numbers(crc32(body))]);
}

/** Returns a number as PNG writes it: 32 bits, big-endian. */
function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
}
