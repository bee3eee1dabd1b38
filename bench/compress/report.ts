/** The table and the plot. */

import type { Contestant } from './page.ts';
import type { Quality } from './quality.ts';

export interface Measured {
  photo: string;
  contestant: Contestant;
  /** Milliseconds of each round. */
  rounds: number[];
  bytes: number;
  width: number;
  height: number;
  /** Of the photo. */
  megapixels: number;
  /** Of the main thread meanwhile, in any round, in milliseconds; 0 below 50, null if not reported. */
  longestTask: number | null;
  quality?: Quality;
}

/** The native road where the processor is slower. */
export interface Slowed {
  /** How many times as long a fixed loop took as at full speed, before and after. */
  factors: number[];
  photos: { photo: string; megapixels: number; rounds: number[] }[];
}

/** What a bench of one browser leaves for the report. */
export interface Compression {
  all: Measured[];
  /** Where the browser can be slowed. */
  slowed?: Slowed;
}

/** What is promised, as a share of the peer's (DESIGN, budgets). */
export const PROMISES = { time: { native: 0.33, pure: 1 }, ssimulacra: 0.6, butteraugli: 0.3 };
const MAX_BYTES = 1_000_000;
/** On a processor so many times as slow: a photo of so many megapixels at most, in milliseconds. */
export const SLOW_PROMISE = { factor: 4, megapixels: 12.5, ms: 2000 };
/** A machine that is busy too is slower than what the promise is for. */
const FACTOR_ERROR = 0.4;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of both roads, on all photos. */
export function longestTask(all: readonly Measured[]): number | null {
  const reported = all
    .filter(({ contestant }) => contestant !== 'peer')
    .map(({ longestTask }) => longestTask)
    .filter((task) => task !== null);
  return reported.length > 0 ? Math.max(...reported) : null;
}

/** A Markdown table, and the promises that were missed. */
export function table(all: readonly Measured[]): { text: string; missed: string[] } {
  const missed: string[] = [];
  const head = ['photo', 'by', 'ms', '× peer', 'KB', 'pixels', 'ssimulacra', '× peer', 'butteraugli 3-norm', '× peer'];
  const rows = all.map((one) => {
    const peer = all.find(({ photo, contestant }) => photo === one.photo && contestant === 'peer');
    const share = (value: number | undefined, of: number | undefined, limit: number | undefined): string => {
      if (value === undefined || !of || limit === undefined) return '';
      const ratio = value / of;
      if (ratio > limit)
        missed.push(`${one.photo}, ${one.contestant}: ${ratio.toFixed(2)} × the peer, promised ${limit}`);
      return ratio.toFixed(2);
    };
    const ours = one.contestant !== 'peer';
    if (ours && one.bytes > MAX_BYTES) missed.push(`${one.photo}, ${one.contestant}: ${one.bytes} bytes`);
    const { quality } = one;
    return [
      one.photo,
      one.contestant,
      median(one.rounds).toFixed(0),
      share(
        median(one.rounds),
        peer && median(peer.rounds),
        one.contestant === 'peer' ? undefined : PROMISES.time[one.contestant],
      ),
      (one.bytes / 1000).toFixed(0),
      `${one.width} × ${one.height}`,
      quality?.ssimulacra.toFixed(3) ?? '',
      share(quality?.ssimulacra, peer?.quality?.ssimulacra, ours ? PROMISES.ssimulacra : undefined),
      quality?.butteraugli.toFixed(2) ?? '',
      share(quality?.butteraugli, peer?.quality?.butteraugli, ours ? PROMISES.butteraugli : undefined),
    ];
  });
  return { text: markdown(head, rows, 2), missed };
}

/** A Markdown table of shares of the peer's, a line a photo, as the README has it. */
export function shareTable(all: readonly Measured[]): string {
  const find = (photo: string, contestant: Contestant): Measured | undefined =>
    all.find((one) => one.photo === photo && one.contestant === contestant);
  const measures: ((one: Measured) => number | undefined)[] = [
    ({ rounds }) => median(rounds),
    ({ quality }) => quality?.ssimulacra,
    ({ quality }) => quality?.butteraugli,
  ];
  const head = ['photo', 'time: native', 'pure', 'ssimulacra: native', 'pure', 'butteraugli 3-norm: native', 'pure'];
  const rows = [...new Set(all.map(({ photo }) => photo))].map((photo) => [
    photo,
    ...measures.flatMap((measure) =>
      (['native', 'pure'] as const).map((road) => {
        const [ours, peer] = [find(photo, road), find(photo, 'peer')].map((one) => one && measure(one));
        return ours === undefined || !peer ? '' : (ours / peer).toFixed(2);
      }),
    ),
  ]);
  return markdown(head, rows, 1);
}

/** A Markdown table of the native road on a slower processor, and the promises that were missed. */
export function slowTable({ factors, photos }: Slowed): { text: string; missed: string[] } {
  const rows = photos.map(({ photo, megapixels, rounds }) => [
    photo,
    megapixels.toFixed(1),
    median(rounds).toFixed(0),
    Math.max(...rounds).toFixed(0),
  ]);
  const fair = Math.max(...factors) < SLOW_PROMISE.factor + FACTOR_ERROR;
  const missed = photos
    .filter(
      ({ megapixels, rounds }) => fair && megapixels <= SLOW_PROMISE.megapixels && median(rounds) > SLOW_PROMISE.ms,
    )
    .map(
      ({ photo, rounds }) =>
        `${photo}: ${median(rounds).toFixed(0)} ms on a slower processor, promised ${SLOW_PROMISE.ms}`,
    );
  const summary =
    `Native, on a processor ${factors.map((factor) => factor.toFixed(1)).join(' and ')} times as slow, by a loop ` +
    `in the engine's worker before and after${fair ? '' : ': more than is promised for'}:`;
  return { text: `${summary}\n\n${markdown(['photo', 'megapixels', 'ms', 'slowest ms'], rows, 1)}`, missed };
}

/** The first columns are of words, the others of numbers. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[], words: number): string {
  return [head, head.map((_, i) => (i < words ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const COLOURS: Record<Contestant, string> = { native: '#0b6e4f', pure: '#3a7ca5', peer: '#b0413e' };
const BAR = 14;
const LABEL = 250;
const WIDTH = 760;

/** Bars of the median times, an SVG. */
export function plot(all: readonly Measured[]): string {
  const longest = Math.max(...all.map(({ rounds }) => median(rounds)));
  const photos = [...new Set(all.map(({ photo }) => photo))];
  let y = 34;
  const parts: string[] = [];
  for (const photo of photos) {
    parts.push(`<text x="${LABEL - 12}" y="${y + BAR * 1.9}" text-anchor="end">${photo}</text>`);
    for (const { contestant, rounds } of all.filter((one) => one.photo === photo)) {
      const ms = median(rounds);
      const width = ((WIDTH - LABEL - 80) * ms) / longest;
      parts.push(
        `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[contestant]}"/>`,
      );
      parts.push(`<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + BAR - 4}">${ms.toFixed(0)} ms</text>`);
      y += BAR;
    }
    y += BAR;
  }
  const legend = (Object.keys(COLOURS) as Contestant[]).map(
    (name, i) =>
      `<rect x="${LABEL + i * 120}" y="10" width="10" height="10" fill="${COLOURS[name]}"/>` +
      `<text x="${LABEL + i * 120 + 16}" y="19">${name}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="system-ui, sans-serif" ` +
    `font-size="12"><rect width="100%" height="100%" fill="#fff"/>${legend.join('')}${parts.join('')}</svg>\n`
  );
}
