import { expect, test } from 'vitest';
import { best, choices, nextLens, type Lens } from './lens';

const list = (...labels: string[]): Lens[] => labels.map((label) => ({ id: label, label }));

const PHONES = [
  {
    name: 'iPhone with three lenses',
    lenses: list(
      'Front Camera',
      'Back Ultra Wide Camera',
      'Back Dual Wide Camera',
      'Back Triple Camera',
      'Back Camera',
      'Back Telephoto Camera',
    ),
    best: 'Back Triple Camera',
    count: 5,
  },
  {
    name: 'iPhone with an ultra-wide lens',
    lenses: list('Front Camera', 'Back Ultra Wide Camera', 'Back Dual Wide Camera', 'Back Camera'),
    best: 'Back Dual Wide Camera',
    count: 3,
  },
  {
    name: 'iPhone with wide and telephoto',
    lenses: list('Back Telephoto Camera', 'Back Dual Camera', 'Back Camera', 'Front Camera'),
    best: 'Back Camera',
    count: 3,
  },
  {
    name: 'Android, the main camera listed last',
    lenses: list(
      'camera2 3, facing front',
      'camera2 2, facing back',
      'camera2 1, facing front',
      'camera2 0, facing back',
    ),
    best: 'camera2 0, facing back',
    count: 2,
  },
  { name: 'names in another language', lenses: list('Rückkamera', 'Frontkamera'), best: undefined, count: 2 },
  { name: 'no names yet', lenses: [{ id: 'a', label: '' }], best: undefined, count: 1 },
  { name: 'a notebook', lenses: list('FaceTime HD Camera'), best: undefined, count: 0 },
  { name: 'nothing', lenses: [], best: undefined, count: 0 },
] as const;

test.each(PHONES)('$name', ({ lenses, best: wanted, count }) => {
  expect(best(lenses)?.label).toBe(wanted);
  expect(choices(lenses)).toHaveLength(count);
});

test('what the browser reports about a lens has priority over its name', () => {
  const lenses: Lens[] = [
    { id: 'a', label: 'Kamera 1', facing: 'front' },
    { id: 'b', label: 'Kamera 2', facing: 'rear' },
    { id: 'c', label: 'Kamera 3' },
  ];
  expect(choices(lenses).map(({ id }) => id)).toEqual(['b']);
});

test('the lenses follow each other in a circle', () => {
  const lenses = list('camera2 0, facing back', 'camera2 2, facing back', 'camera2 1, facing front');
  expect(nextLens(lenses, lenses[0]?.id ?? null)?.label).toBe('camera2 2, facing back');
  expect(nextLens(lenses, lenses[1]?.id ?? null)?.label).toBe('camera2 0, facing back');
  expect(nextLens(lenses, null)?.label).toBe('camera2 0, facing back');
  expect(nextLens([], null)).toBeUndefined();
});
