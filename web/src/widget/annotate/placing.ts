/** Converts between points of a photo and points of a stage. */

import type { Turns, View } from '../viewer/geometry';
import type { Point, Size } from './shapes';

/** A photo on a stage, with its zoom, offset and turns. */
export interface Placing {
  /** The size of the stored photo, before turns. */
  readonly photo: Size;
  readonly stage: Size;
  readonly view: View;
}

/** The size of a photo turned clockwise. */
export function turnedSize({ width, height }: Size, turns: Turns): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** Returns where a point of a photo is after clockwise turns. */
export function turnPoint({ x, y }: Point, { width, height }: Size, turns: Turns): Point {
  if (turns === 1) return { x: height - y, y: x };
  if (turns === 2) return { x: width - x, y: height - y };
  return turns === 3 ? { x: y, y: width - x } : { x, y };
}

/** Returns the point of a photo that is here after clockwise turns. */
export function unturnPoint(point: Point, size: Size, turns: Turns): Point {
  return turnPoint(point, turnedSize(size, turns), ((4 - turns) % 4) as Turns);
}

/** Returns the turned photo's scale and top left corner, in pixels of the stage. */
export function transformOf({ photo, stage, view }: Placing): { scale: number; left: number; top: number } {
  const { width, height } = turnedSize(photo, view.turns);
  // A small photo is not enlarged until the person zooms, as in the viewer.
  const scale = Math.min(1, stage.width / width, stage.height / height) * view.zoom;
  return {
    scale,
    left: stage.width * (0.5 + view.x) - (width * scale) / 2,
    top: stage.height * (0.5 + view.y) - (height * scale) / 2,
  };
}

export function toStage(point: Point, placing: Placing): Point {
  const { scale, left, top } = transformOf(placing);
  const { x, y } = turnPoint(point, placing.photo, placing.view.turns);
  return { x: left + x * scale, y: top + y * scale };
}

export function toPhoto({ x, y }: Point, placing: Placing): Point {
  const { scale, left, top } = transformOf(placing);
  return unturnPoint({ x: (x - left) / scale, y: (y - top) / scale }, placing.photo, placing.view.turns);
}

/** Converts a distance on the stage to one on the photo. */
export function wayToPhoto(way: Point, placing: Placing): Point {
  const [start, end] = [toPhoto({ x: 0, y: 0 }, placing), toPhoto(way, placing)];
  return { x: end.x - start.x, y: end.y - start.y };
}
