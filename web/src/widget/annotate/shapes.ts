/** The shapes on a photo: plain data, in pixels of the stored photo. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export const COLOURS = ['yellow', 'white', 'blue'] as const;
export type Colour = (typeof COLOURS)[number];

interface Drawn {
  /** Unique among the shapes of a photo. */
  readonly id: number;
  readonly colour: Colour;
}

interface Span extends Drawn {
  readonly from: Point;
  readonly to: Point;
}

/** An arrow points at `to`; a circle fills the rectangle between its two points. */
export interface Simple extends Span {
  readonly kind: 'arrow' | 'circle' | 'measure';
}

/** A known length in the photo. With it, measurements are in millimetres. */
export interface Ruler extends Span {
  readonly kind: 'ruler';
  /** 0 until the person has typed it. */
  readonly mm: number;
}

export interface Line extends Drawn {
  readonly kind: 'line';
  readonly points: readonly Point[];
}

/** A text. Its first line starts at its point and is vertically centred on it. */
export interface Label extends Drawn {
  readonly kind: 'text';
  readonly at: Point;
  readonly text: string;
}

export type Shape = Simple | Ruler | Line | Label;
export type Kind = Shape['kind'];

/** The part of a shape that moves: all of it, or one end. */
export type Part = 'all' | 'from' | 'to';

export const hasEnds = (shape: Shape): shape is Simple | Ruler => 'from' in shape;

export function lengthBetween(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/** Returns the shape with `change` applied to each of its points. */
export function mapped<S extends Shape>(shape: S, change: (point: Point) => Point): S {
  if (shape.kind === 'line') return { ...shape, points: shape.points.map(change) };
  if (shape.kind === 'text') return { ...shape, at: change(shape.at) };
  return { ...shape, from: change(shape.from), to: change(shape.to) };
}

export function pointsOf(shape: Shape): readonly Point[] {
  if (shape.kind === 'line') return shape.points;
  return shape.kind === 'text' ? [shape.at] : [shape.from, shape.to];
}

export function clamped({ x, y }: Point, { width, height }: Size): Point {
  return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
}

/** Moves a shape or a part of it, and keeps it on the photo. */
export function moved(shape: Shape, part: Part, by: Point, size: Size): Shape {
  const shift = ({ x, y }: Point): Point => ({ x: x + by.x, y: y + by.y });
  if (part !== 'all') return hasEnds(shape) ? { ...shape, [part]: clamped(shift(shape[part]), size) } : shape;
  const points = pointsOf(shape);
  const held = (values: readonly number[], wanted: number, limit: number): number =>
    Math.max(-Math.min(...values), Math.min(limit - Math.max(...values), wanted));
  const x = held(
    points.map((point) => point.x),
    by.x,
    size.width,
  );
  const y = held(
    points.map((point) => point.y),
    by.y,
    size.height,
  );
  return mapped(shape, (point) => ({ x: point.x + x, y: point.y + y }));
}

const ROUND = 72;

/** Returns a circle's outline as points. The last point is the first one again. */
export function outlineOf(from: Point, to: Point): Point[] {
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  return Array.from({ length: ROUND + 1 }, (_, step) => {
    const angle = (step / ROUND) * 2 * Math.PI;
    return {
      x: x + (Math.abs(to.x - from.x) / 2) * Math.cos(angle),
      y: y + (Math.abs(to.y - from.y) / 2) * Math.sin(angle),
    };
  });
}

/** Returns the distance of a point from a shape's strokes. */
export function distanceTo(shape: Exclude<Shape, Label>, point: Point): number {
  const path = shape.kind === 'circle' ? outlineOf(shape.from, shape.to) : pointsOf(shape);
  return Math.min(...path.map((end, index) => distanceToSegment(path[index - 1] ?? end, end, point)));
}

export function distanceToBox({ left, top, width, height }: Box, { x, y }: Point): number {
  const beyond = (value: number, low: number, high: number): number => Math.max(low - value, 0, value - high);
  return Math.hypot(beyond(x, left, left + width), beyond(y, top, top + height));
}

function distanceToSegment(a: Point, b: Point, point: Point): number {
  const length = lengthBetween(a, b);
  if (length === 0) return lengthBetween(a, point);
  const along = ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length ** 2;
  const share = Math.min(1, Math.max(0, along));
  return lengthBetween({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share }, point);
}
