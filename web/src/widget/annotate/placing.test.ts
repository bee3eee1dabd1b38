import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIT, pan, zoomAt, type Turns } from '../viewer/geometry';
import { toPhoto, toStage, transformOf, turnedSize, turnPoint, unturnPoint, wayToPhoto } from './placing';

const size = fc.record({ width: fc.integer({ min: 1, max: 8192 }), height: fc.integer({ min: 1, max: 8192 }) });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const turns = fc.constantFrom<Turns>(0, 1, 2, 3);
const place = fc
  .tuple(size, size, turns, fc.double({ min: 1, max: 8, noNaN: true }), share, share)
  .map(([photo, stage, quarter, zoom, x, y]) => ({
    photo,
    stage,
    view: pan(zoomAt({ ...FIT, turns: quarter }, zoom), x - 0.5, y - 0.5),
  }));

test('a point of the screen maps to the visible point of the photo, in every turn and zoom', () => {
  fc.assert(
    fc.property(place, share, share, (placing, x, y) => {
      const point = { x: x * placing.photo.width, y: y * placing.photo.height };
      const back = toPhoto(toStage(point, placing), placing);
      expect(Math.hypot(back.x - point.x, back.y - point.y)).toBeLessThan(0.01);
    }),
  );
});

test.each([
  [0, { x: 10, y: 20 }],
  [1, { x: 380, y: 10 }],
  [2, { x: 590, y: 380 }],
  [3, { x: 20, y: 590 }],
] as const)('turned %i times, a point is where a canvas turns it to', (quarter, turned) => {
  const photo = { width: 600, height: 400 };
  expect(turnPoint({ x: 10, y: 20 }, photo, quarter)).toEqual(turned);
  expect(unturnPoint(turned, photo, quarter)).toEqual({ x: 10, y: 20 });
  const angle = (quarter * Math.PI) / 2;
  const area = turnedSize(photo, quarter);
  const [dx, dy] = [10 - 300, 20 - 200];
  expect(turned.x).toBeCloseTo(area.width / 2 + dx * Math.cos(angle) - dy * Math.sin(angle));
  expect(turned.y).toBeCloseTo(area.height / 2 + dx * Math.sin(angle) + dy * Math.cos(angle));
});

test('a photo fits its stage, a small one is not enlarged, and it is centred', () => {
  const stage = { width: 800, height: 600 };
  expect(transformOf({ photo: { width: 1600, height: 1200 }, stage, view: FIT })).toEqual({
    scale: 0.5,
    left: 0,
    top: 0,
  });
  expect(transformOf({ photo: { width: 200, height: 100 }, stage, view: FIT })).toEqual({
    scale: 1,
    left: 300,
    top: 250,
  });
  const view = { ...FIT, turns: 1 as const, zoom: 2 };
  expect(toStage({ x: 800, y: 600 }, { photo: { width: 1600, height: 1200 }, stage, view })).toEqual({
    x: 400,
    y: 300,
  });
});

test('a step to the right on the screen is a step up on a photo that is turned clockwise', () => {
  const placing = {
    photo: { width: 1600, height: 1200 },
    stage: { width: 600, height: 800 },
    view: { ...FIT, turns: 1 },
  };
  const way = wayToPhoto({ x: 5, y: 0 }, { ...placing, view: { ...FIT, turns: 1 as const } });
  expect(way.x).toBeCloseTo(0);
  expect(way.y).toBeCloseTo(-10);
});
