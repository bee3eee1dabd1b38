import { describe, expect, test } from 'vitest';
import type { Measured } from '../compress/report';
import type { Links } from '../links/links.ts';
import { compressFigures, edgeFigures, linksFigures, pageFigures, scanFigures, sizesFigures } from './figures';
import { median, quantile, ratios, spread } from './statistics';

const named = (figures: ReturnType<typeof sizesFigures>, name: string) =>
  figures.find((figure) => figure.name === name);

describe('statistics', () => {
  test.each<[number[], number, number]>([
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 2, 3], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.25, 2],
    [[7], 0.75, 7],
    [[], 0.5, Number.NaN],
  ])('quantile of %o at %f', (values, q, expected) => expect(quantile(values, q)).toBe(expected));
  test('the spread is half the interquartile range, and the odd one out does not count', () => {
    expect(spread([1, 2, 3, 4, 5])).toBe(1);
    expect(spread([1, 2, 3, 4, 500])).toBe(1);
    expect(spread([2])).toBe(0);
  });
  test('ratios go round by round', () => {
    expect(ratios([1, 2], [2, 8])).toEqual([0.5, 0.25]);
    expect(ratios([1, 2, 3], [2])).toEqual([0.5]);
    expect(median(ratios([1], []))).toBeNaN();
  });
});

test('compression is compared with the peer on the same photo', () => {
  const measured = (
    photo: string,
    contestant: Measured['contestant'],
    rounds: number[],
    ssimulacra: number,
  ): Measured => ({
    photo,
    contestant,
    rounds,
    bytes: 900_000,
    width: 1,
    height: 1,
    megapixels: 1,
    longestTask: contestant === 'peer' ? 90 : 0,
    quality: { ssimulacra, butteraugli: 1 },
  });
  const figures = compressFigures('compress.json', {
    slowed: {
      factors: [4.1, 4],
      photos: [
        { photo: 'a.jpg', megapixels: 12, rounds: [1000] },
        { photo: 'b.jpg', megapixels: 48, rounds: [9000] },
      ],
    },
    all: [
      measured('a.jpg', 'native', [10, 30, 20], 0.01),
      measured('a.jpg', 'peer', [100, 100, 100], 0.04),
      measured('b.jpg', 'pure', [50], 0.03),
      measured('b.jpg', 'peer', [100], 0.04),
    ],
  });
  expect(figures).toHaveLength(10);
  expect(named(figures, 'compress/Chromium/native/4.0 × slower/a.jpg')).toMatchObject({
    value: 1000,
    goal: 2000,
    unit: 'ms',
  });
  expect(named(figures, 'compress/Chromium/longest task of the main thread')).toMatchObject({ value: 0, goal: 50 });
  expect(
    compressFigures('compress-webkit.json', {
      all: [measured('a.jpg', 'pure', [1], 1), measured('a.jpg', 'peer', [1], 1)],
    })[0]?.name,
  ).toBe('compress/WebKit/pure/time/a.jpg');
  expect(named(figures, 'compress/Chromium/native/time/a.jpg')).toEqual({
    name: 'compress/Chromium/native/time/a.jpg',
    value: 0.2,
    goal: 0.33,
    unit: '×',
    spread: expect.closeTo(0.05),
    better: 'lower',
  });
  expect(named(figures, 'compress/Chromium/pure/time/b.jpg')).toMatchObject({ value: 0.5, goal: 1, spread: 0 });
  expect(named(figures, 'compress/Chromium/native/ssimulacra/a.jpg')).toMatchObject({ value: 0.25, goal: 0.6 });
  expect(named(figures, 'compress/Chromium/native/butteraugli/a.jpg')).toMatchObject({ value: 1, goal: 0.3 });
  expect(named(figures, 'compress/Chromium/native/size/a.jpg')).toMatchObject({
    value: 900_000,
    goal: 1_000_000,
    unit: 'bytes',
  });
});

test('the edge is one of each call after the other', () => {
  const samples = (...rates: number[]) => rates.map((rate) => ({ rate, p50: 1, p99: 1000 / rate, processor: 1 }));
  const figures = edgeFigures({
    calls: ['create', 'list'],
    samples: {
      'ours create': samples(100, 100),
      'ours list': samples(50, 100),
      'peer create': samples(200, 200),
      'peer list': samples(200, 200),
      'fresh create': samples(10, 10),
      'fresh list': samples(10, 10),
    },
  });
  const typescript = named(figures, 'edge/throughput ÷ TypeScript with Hono');
  expect(typescript).toMatchObject({ goal: 0.75, better: 'higher', unit: '×' });
  expect(typescript?.value).toBeCloseTo(0.01 / (1 / 100 + 1 / 75)); // 2/200 against 1/100 + 1/75
  expect(typescript?.spread).toBeCloseTo((0.01 / 0.02 - 0.01 / 0.03) / 4); // of two rounds, half of half their distance
  expect(named(figures, 'edge/throughput ÷ fresh Go instances')?.value).toBeCloseTo(0.2 / (1 / 100 + 1 / 75));
  expect(named(figures, 'edge/p99 of create')).toMatchObject({ value: 10, goal: 50, unit: 'ms' });
});

/** One photo that was sent once. */
const one = (
  phone: string,
  desktop: string,
  through: 'bucket' | 'edge',
  painted: { promised: number; seconds: number },
  tile: { promised: number; seconds: number },
): Links['ones'][number] => ({ phone, desktop, through, floor: 1, ...painted, tile });

test('links: times as shares of what is promised, and a photo’s cost', () => {
  const figures = linksFigures({
    ones: [
      one('good', 'fibre', 'bucket', { promised: 2, seconds: 1 }, { promised: 0.4, seconds: 0.2 }),
      one('good', 'fibre', 'bucket', { promised: 2, seconds: 3 }, { promised: 0.4, seconds: 0.4 }),
      one('good', 'fibre', 'edge', { promised: 1, seconds: 0.5 }, { promised: 0.4, seconds: 0.1 }),
      one('good', 'good', 'bucket', { promised: 2, seconds: 5 }, { promised: 0.4, seconds: 0.2 }),
      one('poor', 'fibre', 'bucket', { promised: 4, seconds: 4 }, { promised: 0.6, seconds: 0.2 }),
    ],
    twenties: [{ line: 'good', promised: 10, seconds: 12 }],
    costs: [
      { name: 'good', photos: 1, batch: false, requests: 5, redis: 3 },
      { name: 'good', photos: 1, batch: false, requests: 7, redis: 3 },
      { name: 'good, all prepared', photos: 20, batch: true, requests: 80, redis: 40 },
    ],
    tasks: [{ line: 'good', longest: 60 }],
  });
  expect(named(figures, 'links/one photo: good line, through the bucket')).toMatchObject({
    value: 2,
    goal: 2,
    unit: 's',
    spread: 0.5,
  });
  expect(named(figures, 'links/one photo: good line, through the edge')).toMatchObject({ value: 0.5, goal: 1 });
  const tile = named(figures, 'links/its tile: good line, through the bucket');
  expect(tile).toMatchObject({ goal: 0.4, unit: 's' });
  expect(tile?.value).toBeCloseTo(0.3);
  expect(named(figures, 'links/longest task of the phone’s page, 20 photos: good line')).toMatchObject({
    value: 60,
    goal: 50,
    unit: 'ms',
  });
  expect(named(figures, 'links/20 photos ÷ the slower of compressing and uploading: good line')).toMatchObject({
    value: 1.2,
    goal: 1,
    spread: 0,
  });
  expect(named(figures, 'links/one photo, good line')).toMatchObject({ value: 2, goal: 2, unit: 's' });
  expect(named(figures, 'links/requests a photo: good, 1 photo')).toMatchObject({ value: 6, goal: 5 });
  expect(named(figures, 'links/requests a photo: good, all prepared, 20 photos')).toMatchObject({
    value: 4,
    goal: 4.2,
  });
  expect(named(figures, 'links/Redis commands a photo: good, all prepared, 20 photos')).toMatchObject({
    value: 2,
    goal: 3,
    unit: 'commands',
  });
});

test('sizes without a budget are left out', () => {
  expect(
    sizesFigures([
      { name: 'a', how: 'gzip', size: 1, budget: 2 },
      { name: 'b', how: 'gzip', size: 1 },
    ]).map(({ name }) => name),
  ).toEqual(['sizes/a, gzip']);
});

test('the page’s time comes from what its test says', () => {
  expect(pageFigures('  ✓ one\ncamera button usable after 900, 1000, 1200 ms (promised: 2500)\n')).toMatchObject([
    { value: 1000, goal: 2500, unit: 'ms', spread: 75 },
  ]);
  expect(pageFigures('1 failed')).toEqual([]);
});

test('scans: megabytes a second are reported, allocations are checked, by form', () => {
  const output = [
    'cpu: any',
    'BenchmarkScan/TIFF-2   249   1771684 ns/op   190 MB/s   348770 B/op   120 allocs/op',
    'BenchmarkScan/TIFF-2   251   1771684 ns/op   200 MB/s   348770 B/op   120 allocs/op',
    'BenchmarkScan/TIFF-2   250   1771684 ns/op   194.5 MB/s   348770 B/op   124 allocs/op',
    'BenchmarkScan/Deflate  1     9771684 ns/op   0.24 MB/s   77113512 B/op   1164 allocs/op',
  ].join('\n');
  expect(scanFigures(output)).toMatchObject([
    { name: 'scan/throughput: TIFF', value: 194.5, unit: 'MB/s', better: 'higher', spread: 2.5 },
    { name: 'scan/allocations: TIFF', value: 120, unit: 'allocations', spread: 1 },
    { name: 'scan/throughput: Deflate', value: 0.24 },
    { name: 'scan/allocations: Deflate', value: 1164 },
  ]);
  expect(scanFigures('FAIL')).toEqual([]);
});
