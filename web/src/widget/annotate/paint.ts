/**
 * Draws shapes on the stage, and in full size on the copy.
 *
 * Each stroke is light with a dark outline, as on maps. No single colour is visible on every skin, blood and dressing.
 * Either the stroke or its outline always has a contrast of at least 4 to the photo.
 */

import type { Turns } from '../viewer/geometry';
import { lengthText, scaleOf, typedLength, type Scale } from './length';
import { turnedSize, turnPoint } from './placing';
import { lengthBetween, mapped, outlineOf } from './shapes';
import type { Box, Colour, Label, Point, Shape, Size } from './shapes';

export const STROKES: Readonly<Record<Colour, string>> = { yellow: '#ffe83b', white: '#ffffff', blue: '#b5f1ff' };
export const OUTLINE = '#000000';

/** The photo that is drawn on, and how it is shown. */
export interface Scene {
  readonly size: Size;
  readonly turns: Turns;
  readonly language: string;
}

/** Sizes of strokes and texts, in pixels of the photo. */
export interface Sizes {
  readonly stroke: number;
  readonly outline: number;
  readonly head: number;
  readonly tick: number;
  readonly text: number;
  readonly line: number;
}

/** Returns sizes in proportion to the photo. */
export function sizesOn({ width, height }: Size): Sizes {
  // A minimum, because smaller texts are unreadable on any photo.
  const unit = Math.max(0.6, Math.sqrt(width * height) / 1000);
  const [stroke, outline] = [3.6 * unit, 1.8 * unit];
  return { stroke, outline, head: 20 * unit, tick: 9 * unit, text: 30 * unit, line: 38 * unit };
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws shapes in a context whose unit is a pixel of the turned photo. Texts stay upright in every turn. */
export function paint(context: Context, shapes: readonly Shape[], scene: Scene): void {
  const scale = scaleOf(shapes);
  for (const shape of shapes) paintOne(context, shape, scale, scene);
}

function paintOne(context: Context, shape: Shape, scale: Scale | undefined, scene: Scene): void {
  const sizes = sizesOn(scene.size);
  const area = turnedSize(scene.size, scene.turns);
  const turned = mapped(shape, (point) => turnPoint(point, scene.size, scene.turns));
  if (turned.kind === 'text') {
    paintText(
      context,
      linesOf(context, turned.text, sizes, area),
      textPlace(context, turned, sizes, area),
      sizes,
      turned,
    );
    return;
  }
  stroke(context, pathOf(turned, sizes), sizes, turned);
  if (turned.kind !== 'measure' && turned.kind !== 'ruler') return;
  const pixels = lengthBetween(turned.from, turned.to);
  const known = turned.kind === 'ruler' && turned.mm > 0;
  const text = known ? typedLength(turned.mm, scene.language) : lengthText(pixels, scale, scene.language);
  const box = besideLine(turned.from, turned.to, widthOf(context, text, sizes), sizes, area);
  paintText(context, [text], box, sizes, turned);
}

interface Path {
  readonly line: Path2D;
  /** An area that is filled as well. */
  readonly area?: Path2D;
  readonly dashes?: Path2D;
}

function pathOf(shape: Exclude<Shape, Label>, sizes: Sizes): Path {
  if (shape.kind === 'arrow') return arrow(shape.from, shape.to, sizes);
  if (shape.kind === 'measure' || shape.kind === 'ruler') {
    const line = ticks(shape.from, shape.to, sizes);
    const way = through([shape.from, shape.to]);
    if (shape.kind === 'ruler') return { line, dashes: way };
    line.addPath(way);
    return { line };
  }
  return { line: through(shape.kind === 'line' ? shape.points : outlineOf(shape.from, shape.to)) };
}

function through(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  return path;
}

function arrow(from: Point, to: Point, { head }: Sizes): Path {
  const length = lengthBetween(from, to) || 1;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const size = Math.min(head, length);
  const neck = { x: to.x - along.x * size, y: to.y - along.y * size };
  const wing = (side: 1 | -1): Point => ({
    x: neck.x - side * along.y * size * 0.45,
    y: neck.y + side * along.x * size * 0.45,
  });
  const area = through([to, wing(1), wing(-1)]);
  area.closePath();
  return { line: through([from, neck]), area };
}

/** A tick across each end of a length. The length is measured between the middles of the ticks. */
function ticks(from: Point, to: Point, { tick }: Sizes): Path2D {
  const length = lengthBetween(from, to) || 1;
  const across = { x: (-(to.y - from.y) / length) * tick, y: ((to.x - from.x) / length) * tick };
  const path = new Path2D();
  for (const { x, y } of [from, to]) {
    path.moveTo(x - across.x, y - across.y);
    path.lineTo(x + across.x, y + across.y);
  }
  return path;
}

function stroke(context: Context, { line, area, dashes }: Path, sizes: Sizes, { colour }: Shape): void {
  context.save();
  context.lineCap = context.lineJoin = 'round';
  const layer = (style: string, width: number, gaps: readonly number[]): void => {
    context.strokeStyle = context.fillStyle = style;
    context.lineWidth = width;
    context.stroke(line);
    if (area) {
      context.stroke(area);
      context.fill(area);
    }
    if (!dashes) return;
    context.setLineDash([...gaps]);
    context.stroke(dashes);
    context.setLineDash([]);
  };
  layer(OUTLINE, sizes.stroke + 2 * sizes.outline, []);
  layer(STROKES[colour], sizes.stroke, [sizes.stroke * 2.5, sizes.stroke * 2.5]);
  context.restore();
}

function fontOf({ text }: Sizes): string {
  return `600 ${text}px system-ui, sans-serif`;
}

function widthOf(context: Context, text: string, sizes: Sizes): number {
  context.save();
  context.font = fontOf(sizes);
  const { width } = context.measureText(text);
  context.restore();
  return width;
}

/** Breaks a text into lines that fit on the photo. A word that is too long is not broken. */
function linesOf(context: Context, text: string, sizes: Sizes, area: Size): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(' ');
    if (lines.length > 0 && widthOf(context, longer, sizes) <= area.width * 0.6) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function textPlace(context: Context, { at, text }: Label, sizes: Sizes, area: Size): Box {
  const lines = linesOf(context, text, sizes, area);
  const width = Math.max(...lines.map((line) => widthOf(context, line, sizes)));
  return kept({ left: at.x, top: at.y - sizes.line / 2, width, height: lines.length * sizes.line }, sizes, area);
}

/** Returns the box of a text on the turned photo. */
export function boxOfText(context: Context, label: Label, { size, turns }: Scene): Box {
  const turned = mapped(label, (point) => turnPoint(point, size, turns));
  return textPlace(context, turned, sizesOn(size), turnedSize(size, turns));
}

/** Places a text next to the middle of a line, so that the measured part stays visible. */
function besideLine(from: Point, to: Point, width: number, sizes: Sizes, area: Size): Box {
  const { line, tick } = sizes;
  const length = lengthBetween(from, to) || 1;
  // Above the line, or to the right of a vertical line.
  const [dx, dy] = to.x >= from.x ? [to.x - from.x, to.y - from.y] : [from.x - to.x, from.y - to.y];
  const up = { x: dy / length, y: -dx / length };
  const side = up.y === 0 ? { x: 1, y: 0 } : up;
  const away = tick + (Math.abs(side.x) * width + Math.abs(side.y) * line) / 2;
  const middle = { x: (from.x + to.x) / 2 + side.x * away, y: (from.y + to.y) / 2 + side.y * away };
  return kept({ left: middle.x - width / 2, top: middle.y - line / 2, width, height: line }, sizes, area);
}

/** Moves a box so that it is on the photo with its outline, as far as it fits. */
function kept({ left, top, width, height }: Box, { outline }: Sizes, area: Size): Box {
  const edge = 2 * outline;
  return {
    left: Math.max(edge, Math.min(left, area.width - width - edge)),
    top: Math.max(0, Math.min(top, area.height - height)),
    width: Math.min(width, area.width - 2 * edge),
    height,
  };
}

function paintText(context: Context, lines: readonly string[], box: Box, sizes: Sizes, { colour }: Shape): void {
  context.save();
  context.font = fontOf(sizes);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.strokeStyle = OUTLINE;
  context.fillStyle = STROKES[colour];
  context.lineWidth = sizes.outline * 3.4;
  lines.forEach((line, index) => {
    const y = box.top + (index + 0.5) * sizes.line;
    context.strokeText(line, box.left, y, box.width);
    context.fillText(line, box.left, y, box.width);
  });
  context.restore();
}
