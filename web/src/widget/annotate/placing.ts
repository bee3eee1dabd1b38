/** Where a point of a photo is on a stage, and the other way around. */

import type { Turns, View } from '../geometry';
import type { Point, Size } from './shapes';

/** A photo on a stage, as it is looked at. */
export interface Placing {
  /** The photo as it is stored. */
  readonly photo: Size;
  readonly stage: Size;
  readonly view: View;
}

/** The size of a photo turned clockwise. */
export function turnedSize({ width, height }: Size, turns: Turns): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** Where a point of a photo is when that is turned clockwise. */
export function turnPoint({ x, y }: Point, { width, height }: Size, turns: Turns): Point {
  if (turns === 1) return { x: height - y, y: x };
  if (turns === 2) return { x: width - x, y: height - y };
  return turns === 3 ? { x: y, y: width - x } : { x, y };
}

/** The point of a photo that is here when that is turned clockwise. */
export function unturnPoint(point: Point, size: Size, turns: Turns): Point {
  return turnPoint(point, turnedSize(size, turns), ((4 - turns) % 4) as Turns);
}

/** How the turned photo is enlarged, and where its top left corner is: in the stage's own pixels. */
export function transformOf({ photo, stage, view }: Placing): { scale: number; left: number; top: number } {
  const { width, height } = turnedSize(photo, view.turns);
  // As in the viewer, a small photo is not enlarged until someone asks for it.
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

/** A way on the stage as one on the photo. */
export function wayToPhoto(way: Point, placing: Placing): Point {
  const [start, end] = [toPhoto({ x: 0, y: 0 }, placing), toPhoto(way, placing)];
  return { x: end.x - start.x, y: end.y - start.y };
}
