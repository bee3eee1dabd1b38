import { expect, test } from 'vitest';
import { causes } from './causes.ts';
import { orientationOf } from './parts.ts';

/** A WebP: flags of VP8X, if it has that, and one of the kinds of pixels, with the flag of VP8L. */
function webp(flags: number | undefined, pixels: string, flag = 0): Buffer {
  const extended =
    flags === undefined ? [] : [Buffer.from('VP8X\x0a\0\0\0', 'latin1'), Buffer.from([flags]), Buffer.alloc(9)];
  const body = Buffer.concat([Buffer.from(`${pixels}\x05\0\0\0\x2f\0\0\0`, 'latin1'), Buffer.from([flag])]);
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), ...extended, body]);
}

test.each([
  { name: 'VP8L alone', file: webp(undefined, 'VP8L', 0x10), differs: false },
  { name: 'two flags', file: webp(0x10, 'VP8L', 0x10), differs: false },
  { name: 'the flag of VP8X alone', file: webp(0x10, 'VP8L'), differs: true },
  { name: 'the flag of VP8L alone', file: webp(0, 'VP8L', 0x10), differs: true },
  { name: 'alpha values and the flag', file: webp(0x10, 'ALPH'), differs: false },
  { name: 'alpha values without the flag', file: webp(0, 'ALPH'), differs: true },
])('WebP, $name', ({ file, differs }) => {
  expect(causes(file).includes('alpha values without their flag')).toBe(differs);
});

test.each([
  { name: 'as cameras write it', kind: 3, count: 1, orientation: 6 },
  { name: 'two values', kind: 3, count: 2, orientation: undefined },
  { name: 'a LONG', kind: 4, count: 1, orientation: undefined },
])('orientation, $name', ({ kind, count, orientation }) => {
  const little = Buffer.from([0x12, 1, kind, 0, count, 0, 0, 0, 6, 0, 0, 0]);
  const big = Buffer.from([1, 0x12, 0, kind, 0, 0, 0, count, 0, 6, 0, 0]);
  expect(orientationOf(Buffer.concat([Buffer.from('II*\0\x08\0\0\0\x01\0', 'latin1'), little]))).toBe(orientation);
  expect(orientationOf(Buffer.concat([Buffer.from('MM\0*\0\0\0\x08\0\x01', 'latin1'), big]))).toBe(orientation);
});
