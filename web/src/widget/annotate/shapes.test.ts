import { describe, expect, test } from 'vitest';
import { distanceTo, distanceToBox, mapped, moved, outlineOf, type Line, type Shape, type Simple } from './shapes';

const drawn = { id: 1, colour: 'yellow' } as const;
const size = { width: 100, height: 80 };
const arrow: Simple = { ...drawn, kind: 'arrow', from: { x: 10, y: 10 }, to: { x: 50, y: 10 } };
const line: Line = {
  ...drawn,
  kind: 'line',
  points: [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
  ],
};
const text: Shape = { ...drawn, kind: 'text', at: { x: 90, y: 70 }, text: 'mole A' };

describe('a shape that is moved stays on the photo', () => {
  test.each([
    ['as far as asked', arrow, 'all', { x: 5, y: 6 }, { from: { x: 15, y: 16 }, to: { x: 55, y: 16 } }],
    [
      'and keeps its form at the edge',
      arrow,
      'all',
      { x: 500, y: -500 },
      { from: { x: 60, y: 0 }, to: { x: 100, y: 0 } },
    ],
    ['by one end', arrow, 'to', { x: -40, y: 30 }, { from: { x: 10, y: 10 }, to: { x: 10, y: 40 } }],
    ['by one end, to the edge', arrow, 'from', { x: -40, y: 0 }, { from: { x: 0, y: 10 }, to: { x: 50, y: 10 } }],
    [
      'with all its points',
      line,
      'all',
      { x: -5, y: 3 },
      {
        points: [
          { x: 0, y: 3 },
          { x: 10, y: 3 },
          { x: 10, y: 13 },
        ],
      },
    ],
    ['though it has no ends', line, 'to', { x: 5, y: 5 }, line],
    ['also a text', text, 'all', { x: 50, y: 5 }, { at: { x: 100, y: 75 } }],
  ] as const)('%s', (_, shape, part, by, expected) => expect(moved(shape, part, by, size)).toMatchObject(expected));
});

describe('the distance to', () => {
  const circle: Simple = { ...drawn, kind: 'circle', from: { x: 10, y: 10 }, to: { x: 50, y: 30 } };
  test.each([
    ['a line, beside it', line, { x: 5, y: 3 }, 3],
    ['a line, beyond its end', line, { x: 10, y: 14 }, 4],
    ['an arrow', arrow, { x: 30, y: 12 }, 2],
    ['a circle, from its middle', circle, { x: 30, y: 20 }, 10],
    ['a circle, on it', circle, { x: 50, y: 20 }, 0],
    ['a point', { ...arrow, to: arrow.from }, { x: 13, y: 14 }, 5],
  ] as const)('%s', (_, shape, point, expected) => expect(distanceTo(shape, point)).toBeCloseTo(expected, 1));

  test('a box', () => {
    const box = { left: 10, top: 10, width: 20, height: 10 };
    expect(distanceToBox(box, { x: 15, y: 15 })).toBe(0);
    expect(distanceToBox(box, { x: 33, y: 24 })).toBe(5);
  });
});

test('a circle fills the rectangle between its points, in any order of corners', () => {
  const outline = outlineOf({ x: 50, y: 10 }, { x: 10, y: 30 });
  const [xs, ys] = [outline.map(({ x }) => x), outline.map(({ y }) => y)];
  expect([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]).toEqual([10, 50, 10, 30]);
});

test('mapping the points of a shape changes nothing else', () => {
  expect(mapped(text, ({ x, y }) => ({ x: y, y: x }))).toEqual({ ...text, at: { x: 70, y: 90 } });
});
