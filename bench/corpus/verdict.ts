/** What of a result is a fault. */

import { metadataSegments } from '../../harness/photos/jpeg.ts';
import { browserKnows, causes, hasAlphaImage } from './causes.ts';

const MAX_BYTES = 1_000_000;
/** Of 255 on average, at a size at which encoding does not show. */
const SAME_PICTURE = 12;
/** Refusals that are right although another program reads the file: they say what to do instead. */
const MEANT = /^(raw_photo|pdf_document|too_many_pixels|too_complex|not_an_image|unsupported_\w+)$/;

/** A picture as a program reads it, small. A complaint comes instead of one, or with it: of a damaged file. */
export interface Read {
  pixels?: Buffer | undefined;
  complaint?: string | undefined;
}

/** A file as others see it. */
export interface Seen {
  /** ImageMagick, which knows nothing of ours. */
  magick: Read;
  /** What the browser shows the person; undefined if it shows none. */
  browser: Buffer | undefined;
}

export interface Verdict {
  /** From ImageMagick's picture. */
  differs: string;
  /** Why a difference is not our fault. */
  note: string;
  fault: string;
}

export interface Sent {
  jpeg: Buffer;
  /** The same, as the browser and ImageMagick read it. */
  shown: Buffer | undefined;
  read: Read;
}

/**
 * A photo has to be within the limit, without metadata or planted text, and the picture that ImageMagick reads. Where
 * that is another one, it has to be the browser's, and the two have to differ for a reason: the file is damaged, or has
 * something in it that they are known to read differently.
 */
export function ofPicture(sent: Sent, seen: Seen, file: Buffer, planted: readonly string[]): Verdict {
  const verdict = { differs: '', note: '', fault: '' };
  if (sent.jpeg.length > MAX_BYTES) return { ...verdict, fault: 'above the limit' };
  const metadata = metadataSegments(sent.jpeg);
  if (metadata.length > 0) return { ...verdict, fault: `metadata: ${metadata.join(', ')}` };
  const text = planted.find((words) => sent.jpeg.includes(words));
  if (text) return { ...verdict, fault: `says ${text}` };
  if (!sent.shown) return { ...verdict, fault: 'not shown by the browser' };
  if (!sent.read.pixels) return { ...verdict, fault: `not readable: ${sent.read.complaint}` };
  const by = seen.magick.pixels && difference(sent.read.pixels, seen.magick.pixels);
  const fromBrowser = seen.browser && difference(sent.shown, seen.browser);
  const differs = by?.toFixed(1) ?? '';
  if ([by, fromBrowser].every((other) => other === undefined) || (by ?? Infinity) <= SAME_PICTURE)
    return { ...verdict, differs };
  if (!seen.browser && hasAlphaImage(file)) return { ...verdict, differs, note: 'alpha, which ImageMagick ignores' };
  if ((fromBrowser ?? Infinity) > SAME_PICTURE) return { ...verdict, differs, fault: 'another picture' };
  const known = [...(seen.magick.complaint ? ['damaged'] : []), ...causes(file)];
  if (by === undefined || known.length > 0)
    return { ...verdict, differs, note: ['as the browser shows it', ...known].join(', ') };
  return { ...verdict, differs, fault: "another picture than ImageMagick's" };
}

/**
 * A refusal is a fault if ImageMagick reads the file without a complaint, unless the code says what to do instead, or
 * the browser knows the format and does not show the file either.
 */
export function ofRefusal(code: string, { magick, browser }: Seen, file: Buffer): Verdict {
  const verdict = { differs: '', note: '', fault: '' };
  if (/^(hangs|ends|internal|timeout|out_of_memory|blank_result)$/.test(code)) return { ...verdict, fault: code };
  if (!magick.pixels || magick.complaint) return verdict;
  if (MEANT.test(code)) return { ...verdict, note: 'read by ImageMagick' };
  if (!browser && browserKnows(file)) return { ...verdict, note: 'read by ImageMagick, not shown by the browser' };
  return { ...verdict, fault: 'refused here, read there' };
}

/** By how much two pictures differ on average, of 255. */
export function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}
