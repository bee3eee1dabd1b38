/** From what each bench wrote to figures with their goals. */

import type { Sample } from '../edge/load.ts';
import {
  longestTask,
  PROMISES,
  SLOW_PROMISE,
  type Compression,
  type Measured,
  type Slowed,
} from '../compress/report.ts';
import type { Links } from '../links/links.ts';
import type { Strip } from './plot.ts';
import type { Figure, Unit } from './row.ts';
import { median, ratios, spread } from './statistics.ts';

const MAX_IMAGE_BYTES = 1_000_000;
const TASK_GOAL_MS = 50;

/** bench/compress names its files by the browser, Chromium's by none. */
function browserOf(file: string): string {
  const name = /-(\w+)\.json$/.exec(file)?.[1] ?? 'chromium';
  return { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }[name] ?? name;
}

export function compressFigures(file: string, { all, slowed }: Compression): Figure[] {
  return [...peerFigures(file, all), ...taskFigures(file, all), ...(slowed ? slowFigures(file, slowed) : [])];
}

/** Both roads against the peer, on every photo, in one browser. */
function peerFigures(file: string, all: readonly Measured[]): Figure[] {
  return all.flatMap((ours): Figure[] => {
    const peer = all.find(({ photo, contestant }) => photo === ours.photo && contestant === 'peer');
    if (ours.contestant === 'peer' || !peer) return [];
    const name = (what: string): string => `compress/${browserOf(file)}/${ours.contestant}/${what}/${ours.photo}`;
    const figures = [
      ratio(
        name('time'),
        median(ours.rounds) / median(peer.rounds),
        PROMISES.time[ours.contestant],
        spread(ratios(ours.rounds, peer.rounds)),
      ),
      most(name('size'), ours.bytes, MAX_IMAGE_BYTES, 'bytes'),
    ];
    if (ours.quality && peer.quality) {
      figures.push(
        ratio(name('ssimulacra'), ours.quality.ssimulacra / peer.quality.ssimulacra, PROMISES.ssimulacra),
        ratio(name('butteraugli'), ours.quality.butteraugli / peer.quality.butteraugli, PROMISES.butteraugli),
      );
    }
    return figures;
  });
}

function taskFigures(file: string, all: readonly Measured[]): Figure[] {
  const longest = longestTask(all);
  return longest === null
    ? []
    : [most(`compress/${browserOf(file)}/longest task of the main thread`, longest, TASK_GOAL_MS, 'ms')];
}

function slowFigures(file: string, { factors, photos }: Slowed): Figure[] {
  return photos
    .filter(({ megapixels }) => megapixels <= SLOW_PROMISE.megapixels)
    .map(({ photo, rounds }) => ({
      ...most(
        `compress/${browserOf(file)}/native/${Math.min(...factors).toFixed(1)} × slower/${photo}`,
        median(rounds),
        SLOW_PROMISE.ms,
        'ms',
      ),
      spread: spread(rounds),
    }));
}

export function compressStrip(file: string, { all }: Compression): Strip {
  const groups = grouped(all, ({ photo }) => photo).map(([label, contestants]) => ({
    label,
    series: contestants.map(({ contestant, rounds }) => ({ name: contestant, values: rounds })),
  }));
  return { title: `Compression in ${browserOf(file)}, milliseconds a photo; lower is better`, groups };
}

/** What bench/edge wrote: samples by worker and call. */
export interface Edge {
  calls: string[];
  samples: Record<string, Sample[]>;
}

const P99_GOAL_MS = 50;
const P99_CALLS = ['create', 'token', 'presign'];

/** The throughput of one of each call after the other, against two peers; p99 as a time. */
export function edgeFigures({ calls, samples }: Edge): Figure[] {
  const of = (worker: string, call: string): Sample[] => samples[`${worker} ${call}`] ?? [];
  const rounds = Math.min(...calls.map((call) => of('ours', call).length));
  const took = (worker: string, round: number): number =>
    calls.reduce((sum, call) => sum + 1 / (of(worker, call)[round]?.rate ?? Number.NaN), 0);
  const usual = (worker: string): number =>
    calls.reduce((sum, call) => sum + 1 / median(of(worker, call).map(({ rate }) => rate)), 0);
  const against = (peer: string, name: string, goal: number): Figure => {
    const each = Array.from({ length: rounds }, (_, round) => took(peer, round) / took('ours', round));
    return {
      name: `edge/throughput ÷ ${name}`,
      value: usual(peer) / usual('ours'),
      goal,
      unit: '×',
      spread: spread(each),
      better: 'higher',
    };
  };
  return [
    against('peer', 'TypeScript with Hono', 0.75),
    against('fresh', 'fresh Go instances', 2.5),
    ...P99_CALLS.map((call) => {
      const p99 = of('ours', call).map((sample) => sample.p99);
      return { ...most(`edge/p99 of ${call}`, median(p99), P99_GOAL_MS, 'ms'), spread: spread(p99) };
    }),
  ];
}

const WORKERS = { ours: 'ours', peer: 'TypeScript with Hono', fresh: 'fresh Go instances' };

export function edgeStrip({ calls, samples }: Edge): Strip {
  const groups = calls.map((label) => ({
    label,
    series: Object.entries(WORKERS).map(([worker, name]) => ({
      name,
      values: (samples[`${worker} ${label}`] ?? []).map(({ rate }) => rate),
    })),
  }));
  return { title: 'The edge, requests a second by call; higher is better', groups };
}

const ONE_PHOTO_GOAL_S = 2;
const REQUESTS_GOAL = { one: 5, batch: 4.2 };
const REDIS_GOAL = 3;

/** Times as a share of what is promised; requests and commands as counts. */
export function linksFigures({ ones, twenties, costs, tasks }: Links): Figure[] {
  return [
    ...paintedFigures(ones),
    ...grouped(twenties, ({ line }) => line).map(([line, runs]) =>
      share(
        `20 photos ÷ the slower of compressing and uploading: ${line} line`,
        runs.map(({ seconds, promised }) => seconds / promised),
        1,
      ),
    ),
    ...costFigures(costs),
    ...tasks.map(({ line, longest }) =>
      most(`links/longest task of the phone’s page, 20 photos: ${line} line`, longest, TASK_GOAL_MS, 'ms'),
    ),
  ];
}

/** Against what lines allow that are only numbers: a slow machine's own work counts in full, so these are times. */
function paintedFigures(ones: Links['ones']): Figure[] {
  const seconds = (name: string, each: readonly number[], goal: number): Figure => ({
    ...most(`links/${name}`, median(each), goal, 's'),
    spread: spread(each),
  });
  const fibre = ones.filter(({ phone, desktop }) => phone !== desktop);
  const times = (runs: Links['ones']): number[] => runs.map((run) => run.seconds);
  return [
    ...grouped(fibre, ({ phone, through }) => `${phone} line, through the ${through}`).flatMap(([line, runs]) => [
      seconds(`one photo: ${line}`, times(runs), median(runs.map(({ promised }) => promised))),
      seconds(
        `its tile: ${line}`,
        runs.map(({ tile }) => tile.seconds),
        median(runs.map(({ tile }) => tile.promised)),
      ),
    ]),
    seconds(
      'one photo, good line',
      times(fibre.filter(({ phone, through }) => phone === 'good' && through === 'bucket')),
      ONE_PHOTO_GOAL_S,
    ),
  ];
}

function costFigures(costs: Links['costs']): Figure[] {
  return grouped(costs, ({ name, photos }) => `${name}, ${photos} ${photos === 1 ? 'photo' : 'photos'}`).flatMap(
    ([name, runs]): Figure[] => {
      const goal = runs.every(({ batch }) => batch) ? REQUESTS_GOAL.batch : REQUESTS_GOAL.one;
      const requests = runs.map((run) => run.requests / run.photos);
      const redis = runs.map((run) => run.redis / run.photos);
      return [
        { ...most(`links/requests a photo: ${name}`, median(requests), goal, 'requests'), spread: spread(requests) },
        {
          ...most(`links/Redis commands a photo: ${name}`, median(redis), REDIS_GOAL, 'commands'),
          spread: spread(redis),
        },
      ];
    },
  );
}

const share = (name: string, each: readonly number[], goal: number): Figure =>
  ratio(`links/${name}`, median(each), goal, spread(each));

/** What scripts/sizes.mjs wrote. */
export interface Size {
  name: string;
  how: string;
  size: number;
  budget?: number;
}

export function sizesFigures(sizes: readonly Size[]): Figure[] {
  return sizes.flatMap(({ name, how, size, budget }) =>
    budget ? [most(`sizes/${name}, ${how}`, size, budget, 'bytes')] : [],
  );
}

const USABLE_GOAL_MS = 2_500;

/** From the words of e2e/phone/timing.spec.ts; none if it did not say them. */
export function pageFigures(output: string): Figure[] {
  const times = /camera button usable after ([\d, ]+) ms/.exec(output)?.[1]?.split(', ').map(Number);
  return times
    ? [
        {
          ...most('page/camera button usable, Slow 4G and a slow phone', median(times), USABLE_GOAL_MS, 'ms'),
          spread: spread(times),
        },
      ]
    : [];
}

/** By the form that a photo is wrapped in: MB of JPEG a second, and allocations for a photo. */
const SCAN_GOALS: Readonly<Record<string, { rate: number; allocations: number }>> = {
  TIFF: { rate: 100, allocations: 200 },
  PDF: { rate: 10, allocations: 4000 },
  Deflate: { rate: 0.1, allocations: 2000 },
};

/** From the output of `go test -bench` for gateway/scan. */
export function scanFigures(output: string): Figure[] {
  const lines = [...output.matchAll(/^BenchmarkScan\/(\w+)\S*\s.*?([\d.]+) MB\/s.*?(\d+) allocs\/op/gm)];
  const rounds = lines.map(([, form = '', rate, count]) => ({ form, rate: Number(rate), count: Number(count) }));
  return grouped(rounds, ({ form }) => form).flatMap(([form, runs]): Figure[] => {
    const goal = SCAN_GOALS[form];
    if (!goal) return [];
    const rates = runs.map(({ rate }) => rate);
    const counts = runs.map(({ count }) => count);
    return [
      {
        name: `scan/throughput: ${form}`,
        value: median(rates),
        goal: goal.rate,
        unit: 'MB/s',
        spread: spread(rates),
        better: 'higher',
      },
      { ...most(`scan/allocations: ${form}`, median(counts), goal.allocations, 'allocations'), spread: spread(counts) },
    ];
  });
}

function most(name: string, value: number, goal: number, unit: Unit): Figure {
  return { name, value, goal, unit, spread: 0, better: 'lower' };
}

function ratio(name: string, value: number, goal: number, noise = 0): Figure {
  return { ...most(name, value, goal, '×'), spread: noise };
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}
