/** ImageMagick, the decoder that knows nothing of ours. */

import { spawnSync } from 'node:child_process';

/** The side of the square that pictures are compared in, in pixels. */
const SIDE = 48;

const program = ['magick', 'convert'].find((name) => spawnSync(name, ['-version']).status === 0);

export const hasMagick = program !== undefined;

export type Seen =
  | { pixels: Buffer }
  /** It cannot read the file, or only with a complaint. */
  | { complaint: string };

/** Reads the first picture of a file upright, on white, as SIDE × SIDE pixels of sRGB. */
export function look(path: string): Seen {
  const from = [`${path}[0]`, '-auto-orient', '-background', 'white', '-alpha', 'remove', '-alpha', 'off'];
  const to = ['-colorspace', 'sRGB', '-resize', `${SIDE}x${SIDE}!`, '-depth', '8', 'rgb:-'];
  const { status, stdout, stderr } = spawnSync(program ?? '', [...from, ...to], {
    maxBuffer: 2 ** 24,
    timeout: 120_000,
  });
  if (status === 0 && stderr.length === 0 && stdout.length === 3 * SIDE * SIDE) return { pixels: stdout };
  return { complaint: stderr.toString('utf8').split('\n')[0] || 'no picture' };
}

/** By how much two pictures differ on average, of 255. */
export function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}
