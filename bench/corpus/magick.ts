/** ImageMagick, the decoder that knows nothing of ours. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { srgbProfile } from './srgb.ts';

/** The side of the square that pictures are compared in, in pixels. */
const SIDE = 48;

const program = ['magick', 'convert'].find((name) => spawnSync(name, ['-version']).status === 0);

export const hasMagick = program !== undefined;

export type Seen =
  | { pixels: Buffer }
  /** It cannot read the file, or only with a complaint. */
  | { complaint: string };

const profile = join(mkdtempSync(join(tmpdir(), 'corpus-')), 'srgb.icc');
writeFileSync(profile, srgbProfile());

/** The names of EXIF's orientations, from 1. */
const TURNS = 'TopLeft TopRight BottomRight BottomLeft LeftTop RightTop RightBottom LeftBottom'.split(' ');

/** Reads the first picture of a file upright, on white, as SIDE × SIDE pixels of sRGB. */
export function look(path: string): Seen {
  const seen = read(path, ['-profile', profile]);
  return 'pixels' in seen ? seen : read(path, []); // a profile of RGB is none for CMYK
}

function read(path: string, toSRGB: string[]): Seen {
  const from = [`${path}[0]`, ...toSRGB, ...turnOfPNG(path), '-auto-orient'];
  const flat = ['-background', 'white', '-alpha', 'remove', '-alpha', 'off', '-colorspace', 'sRGB'];
  const to = ['-resize', `${SIDE}x${SIDE}!`, '-depth', '8', 'rgb:-'];
  const { status, stdout, stderr } = spawnSync(program ?? '', [...from, ...flat, ...to], {
    maxBuffer: 2 ** 24,
    timeout: 120_000,
  });
  if (status === 0 && stderr.length === 0 && stdout.length === 3 * SIDE * SIDE) return { pixels: stdout };
  return { complaint: stderr.toString('utf8').split('\n')[0] || 'no picture' };
}

/** The orientation in a PNG's eXIf chunk, which browsers apply and ImageMagick does not. */
function turnOfPNG(path: string): string[] {
  if (!/\.png$/i.test(path)) return [];
  const { stdout } = spawnSync(program ?? '', [path, '-format', '%[EXIF:Orientation]', 'info:'], { encoding: 'utf8' });
  const turn = TURNS[Number(stdout) - 1];
  return turn ? ['-orient', turn] : [];
}

/** By how much two pictures differ on average, of 255. */
export function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}
