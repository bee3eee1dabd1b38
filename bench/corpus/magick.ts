/** ImageMagick, the decoder that knows nothing of ours. */

import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunksOf, orientationOf } from './parts.ts';
import { srgbProfile } from './srgb.ts';
import type { Read } from './verdict.ts';

/** The side of the square that pictures are compared in, in pixels. */
export const SIDE = 48;

const program = ['magick', 'convert'].find((name) => spawnSync(name, ['-version']).status === 0);

export const hasMagick = program !== undefined;

/** Whether it was built with a library for colour profiles. */
export const appliesProfiles =
  program !== undefined && /\blcms\b/.test(spawnSync(program, ['-version'], { encoding: 'utf8' }).stdout);

const profile = join(mkdtempSync(join(tmpdir(), 'corpus-')), 'srgb.icc');
writeFileSync(profile, srgbProfile());

/** The names of EXIF's orientations, from 1. */
const TURNS = 'TopLeft TopRight BottomRight BottomLeft LeftTop RightTop RightBottom LeftBottom'.split(' ');

/** Reads the first picture of a file upright, on white, as SIDE × SIDE pixels of sRGB. */
export async function look(path: string): Promise<Read> {
  const seen = await read(path, ['-profile', profile]);
  return seen.pixels && !seen.complaint ? seen : read(path, []); // a profile of RGB is none for CMYK
}

function read(path: string, toSRGB: string[]): Promise<Read> {
  if (program === undefined) return Promise.resolve({ complaint: 'ImageMagick is not installed' });
  const from = [`${path}[0]`, '-coalesce', ...toSRGB, ...turnOfPNG(path), '-auto-orient'];
  const flat = ['-background', 'white', '-alpha', 'remove', '-alpha', 'off', '-colorspace', 'sRGB'];
  const to = ['-resize', `${SIDE}x${SIDE}!`, '-depth', '8', 'rgb:-'];
  const options = { encoding: 'buffer', maxBuffer: 2 ** 24, timeout: 120_000 } as const;
  return new Promise((resolve) =>
    execFile(program, [...from, ...flat, ...to], options, (error, stdout, stderr) => {
      const pixels = stdout.length === 3 * SIDE * SIDE ? stdout : undefined;
      const complaint = stderr.toString('utf8').split('\n')[0] || (error || !pixels ? 'no picture' : undefined);
      resolve({ pixels, complaint });
    }),
  );
}

/** The orientation in an eXIf chunk before a PNG's pixels, which browsers apply and ImageMagick does not. */
function turnOfPNG(path: string): string[] {
  const exif = chunksOf(readFileSync(path)).find(({ kind }) => kind === 'eXIf' || kind === 'IDAT');
  const turn = TURNS[(exif?.kind === 'eXIf' ? (orientationOf(exif.body) ?? 1) : 0) - 1];
  return turn ? ['-orient', turn] : [];
}
