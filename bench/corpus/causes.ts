/** What a file can have in it that browsers read and ImageMagick reads otherwise, or not at all. */

import { appliesProfiles } from './magick.ts';
import { chunksOf, orientationOf } from './parts.ts';

/** The names of what a file has of it. */
export function causes(file: Buffer): string[] {
  return CAUSES.filter(({ found }) => found(file)).map(({ name }) => name);
}

const CAUSES: { name: string; found: (file: Buffer) => boolean }[] = [
  { name: 'colours given by cICP', found: (file) => chunksOf(file).some(({ kind }) => kind === 'cICP') },
  { name: 'colours given by nclx', found: (file) => isHEIF(file) && file.includes('colrnclx') },
  { name: 'colours given by gAMA', found: (file) => chunksOf(file).some(({ kind }) => kind === 'gAMA') },
  { name: 'a profile, which this ImageMagick does not apply', found: (file) => !appliesProfiles && hasProfile(file) },
  { name: 'a profile of other colours than the picture has', found: hasOtherProfile },
  { name: 'the canvas of an animation', found: (file) => isGIF(file) || (isWebP(file) && file.includes('ANMF')) },
  { name: 'EXIF of another form', found: hasOtherEXIF },
  { name: 'alpha values without their flag', found: hasOtherAlpha },
  { name: 'alpha as a separate image', found: hasAlphaImage },
];

/** Whether a file has one of the formats that all browsers show. */
export function browserKnows(file: Buffer): boolean {
  return /^(\xff\xd8|\x89PNG|GIF8|BM)/.test(file.toString('latin1', 0, 4)) || isWebP(file);
}

const isGIF = (file: Buffer): boolean => file.toString('latin1', 0, 4) === 'GIF8';
const isWebP = (file: Buffer): boolean => file.toString('latin1', 8, 12) === 'WEBP';

/** An orientation that is no single SHORT behind the usual prefix, or EXIF in a text of a PNG. */
function hasOtherEXIF(file: Buffer): boolean {
  if (chunksOf(file).some(({ kind, body }) => /^[tz]EXt$/.test(kind) && body.includes('Raw profile type'))) return true;
  const at = file.subarray(0, 0x20000).indexOf('Exif\0');
  if (at < 0) return false;
  const usual = file.toString('latin1', at, at + 6) === 'Exif\0\0';
  return !usual || orientationOf(file.subarray(at + 6)) === undefined || isWebP(file);
}

/** A lossless WebP whose two flags for alpha differ, or a lossy one with alpha values and without the flag. */
function hasOtherAlpha(file: Buffer): boolean {
  if (!isWebP(file)) return false;
  const said = file.toString('latin1', 12, 16) === 'VP8X' ? ((file[20] ?? 0) & 0x10) > 0 : undefined;
  const lossless = file.indexOf('VP8L');
  if (lossless < 0) return said === false && file.includes('ALPH');
  return said !== undefined && said !== ((file[lossless + 12] ?? 0) & 0x10) > 0;
}

/** A HEIC or AVIF whose transparency is a separate image, which ImageMagick 6 ignores. */
export function hasAlphaImage(file: Buffer): boolean {
  return isHEIF(file) && (file.includes('urn:mpeg:hevc:2015:auxid:1') || file.includes('auxiliary:alpha'));
}

const hasProfile = (file: Buffer): boolean =>
  file.includes('acsp') || chunksOf(file).some(({ kind }) => kind === 'iCCP');

function hasOtherProfile(file: Buffer): boolean {
  const at = file.indexOf('acsp');
  if (file.readUInt16BE(0) !== 0xffd8 || at < 36) return false;
  const space = file.toString('latin1', at - 20, at - 16).trim();
  const components = componentsOf(file);
  return components !== { GRAY: 1, RGB: 3, CMYK: 4 }[space];
}

/** How many components the frame of a JPEG has. */
function componentsOf(file: Buffer): number | undefined {
  for (let at = 2; at + 10 <= file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    if ([0xc0, 0xc1, 0xc2].includes(file[at + 1] ?? 0)) return file[at + 9];
  }
  return undefined;
}

const isHEIF = (file: Buffer): boolean => file.toString('latin1', 4, 8) === 'ftyp';
