import { describe, expect, test } from 'vitest';
import { complaints, verdictOf, used, type Figure, type Row, type Verdict } from './row';

const figure = (change: Partial<Figure>): Figure => ({
  name: 'edge/x',
  value: 1,
  goal: 1,
  unit: '×',
  spread: 0,
  better: 'lower',
  ...change,
});
const row = (change: Partial<Figure>): Row => ({ ...figure(change), machine: 'm', commit: 'c' });

describe('verdictOf', () => {
  test.each<[string, Partial<Figure>, Verdict]>([
    ['a ratio at its goal', {}, 'met'],
    ['a ratio below', { value: 0.5 }, 'met'],
    ['a ratio above', { value: 1.1 }, 'missed'],
    ['above by no more than the noise', { value: 1.1, spread: 0.11 }, 'within the noise'],
    ['above by more than the noise', { value: 1.1, spread: 0.09 }, 'missed'],
    ['more is better and it is more', { better: 'higher', value: 1.1 }, 'met'],
    ['more is better and it is less', { better: 'higher', value: 0.9 }, 'missed'],
    ['more is better and it is less by the noise', { better: 'higher', value: 0.9, spread: 0.2 }, 'within the noise'],
    ['a size above', { unit: 'bytes', value: 1001, goal: 1000 }, 'missed'],
    ['a count above', { unit: 'requests', value: 5.2, goal: 5 }, 'missed'],
    ['milliseconds, however many', { unit: 'ms', value: 900, goal: 50 }, 'reported'],
    ['seconds, however many', { unit: 's', value: 9, goal: 2 }, 'reported'],
    ['megabytes a second, however few', { unit: 'MB/s', better: 'higher', value: 1, goal: 50 }, 'reported'],
    ['an allocation too many', { unit: 'allocations', value: 201, goal: 200 }, 'missed'],
    ['what could not be computed', { value: Number.NaN, spread: 1 }, 'missed'],
  ])('%s', (_, change, verdict) => expect(verdictOf(figure(change))).toBe(verdict));
});

test.each<[Partial<Figure>, number]>([
  [{ value: 1, goal: 4 }, 0.25],
  [{ value: 4, goal: 1, better: 'higher' }, 0.25],
])('the part of its budget that %o takes', (change, part) => expect(used(figure(change))).toBe(part));

describe('complaints', () => {
  const whole = ['edge/a', 'links/a', 'page/a', 'scan/a', 'sizes/a'].map((name) => row({ name }));
  test.each<[string, Row[], string[]]>([
    ['a good report', whole, []],
    ['a group that is missing', whole.slice(1), ['edge: nothing was measured']],
    [
      'compression is measured where there are photos',
      [...whole, row({ name: 'compress/a', value: 2 })],
      ['compress/a: 2.00 ×, and promised at most 1.00 ×'],
    ],
    [
      'a miss with its noise',
      [...whole, row({ name: 'edge/b', value: 0.5, spread: 0.1, better: 'higher' })],
      ['edge/b: 0.50 × ± 0.10 ×, and promised at least 1.00 ×'],
    ],
    ['a time is no miss', [...whole, row({ name: 'edge/b', value: 80, goal: 50, unit: 'ms' })], []],
  ])('%s', (_, rows, wrong) => expect(complaints(rows)).toEqual(wrong));
});
