import { describe, expect, test } from 'vitest';
import { FIT, MAX_ZOOM, moveFrame, pan, toPixels, turnRight, WHOLE, zoomAt, type Corner, type Frame } from './geometry';

describe('a look at a photo', () => {
  test('zooms about a point that stays where it is', () => {
    const point = { x: 0.25, y: -0.1 };
    const view = zoomAt(zoomAt(FIT, 2, point), 1.5, point);
    // What was under the point at 1× is under it still: (point − offset) ÷ zoom.
    expect((point.x - view.x) / view.zoom).toBeCloseTo(0.25);
    expect((point.y - view.y) / view.zoom).toBeCloseTo(-0.1);
  });

  test.each([
    [0.1, 1],
    [100, MAX_ZOOM],
  ])('zooming by %d ends at %d', (factor, zoom) => {
    expect(zoomAt(FIT, factor).zoom).toBe(zoom);
  });

  test('cannot leave the photo, and is whole again at 1×', () => {
    const far = pan(zoomAt(FIT, 3), 9, -9);
    expect(far).toMatchObject({ x: 1, y: -1 });
    expect(zoomAt(far, 0.01)).toEqual(FIT);
  });

  test('four turns are none', () => {
    const views = [1, 2, 3, 4].reduce<(typeof FIT)[]>((all) => [...all, turnRight(all.at(-1) ?? FIT)], []);
    expect(views.map(({ turns }) => turns)).toEqual([1, 2, 3, 0]);
  });
});

describe('a frame', () => {
  const half: Frame = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };

  test.each<[Corner | 'all', number, number, Frame]>([
    ['all', 0.1, -0.1, { x: 0.35, y: 0.15, width: 0.5, height: 0.5 }],
    ['all', 1, 1, { x: 0.5, y: 0.5, width: 0.5, height: 0.5 }],
    ['nw', 0.1, 0.1, { x: 0.35, y: 0.35, width: 0.4, height: 0.4 }],
    ['ne', 0.1, 0.1, { x: 0.25, y: 0.35, width: 0.6, height: 0.4 }],
    ['sw', -0.5, 0.1, { x: 0, y: 0.25, width: 0.75, height: 0.6 }],
    ['se', 1, 1, { x: 0.25, y: 0.25, width: 0.75, height: 0.75 }],
    ['nw', 1, 1, { x: 0.7, y: 0.7, width: 0.05, height: 0.05 }],
  ])('%s moved by %d, %d', (part, dx, dy, wanted) => {
    const moved = moveFrame(half, part, dx, dy);
    for (const side of ['x', 'y', 'width', 'height'] as const) expect(moved[side]).toBeCloseTo(wanted[side]);
  });

  test('in pixels never overlaps the edge', () => {
    expect(toPixels(WHOLE, 3073, 2305)).toEqual({ x: 0, y: 0, width: 3073, height: 2305 });
    expect(toPixels({ x: 2 / 3, y: 0, width: 1 / 3, height: 1e-9 }, 100, 10)).toEqual({
      x: 67,
      y: 0,
      width: 33,
      height: 1,
    });
  });
});
