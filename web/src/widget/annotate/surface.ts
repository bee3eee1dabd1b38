/** Shows the photo and its shapes on the screen. */

import type { View } from '../viewer/geometry';
import { make } from './elements';
import { selectedShape, shownShapes, type Editing } from './model';
import { boxOfText, paint, type Scene } from './paint';
import { toStage, transformOf, turnedSize, turnPoint, type Placing } from './placing';
import { distanceTo, distanceToBox, hasEnds, pointsOf } from './shapes';
import type { Box, Label, Point, Shape, Size } from './shapes';

const KNOB = 7;
const CROSS = 14;

/** Two canvases, so that the photo is painted again only when zoom, offset or turns change. */
export class Surface {
  readonly #photo = make('canvas', { ariaHidden: 'true' });
  readonly #marks = make('canvas', { ariaHidden: 'true' });
  #painted = '';

  constructor(
    readonly node: HTMLElement,
    private readonly bitmap: ImageBitmap,
    private readonly language: string,
  ) {
    node.append(this.#photo, this.#marks);
  }

  get size(): Size {
    return { width: this.bitmap.width, height: this.bitmap.height };
  }

  placing(view: View): Placing {
    const { width, height } = this.node.getBoundingClientRect();
    return { photo: this.size, stage: { width: Math.max(1, width), height: Math.max(1, height) }, view };
  }

  scene({ turns }: View): Scene {
    return { size: this.size, turns, language: this.language };
  }

  /** Returns the distance of a shape from a point of the photo. Texts stay upright in every turn. */
  distance(shape: Shape, at: Point, view: View): number {
    if (shape.kind !== 'text') return distanceTo(shape, at);
    return distanceToBox(this.#boxOf(shape, view), turnPoint(at, this.size, view.turns));
  }

  #boxOf(label: Label, view: View): Box {
    return boxOfText(contextOf(this.#marks), label, this.scene(view));
  }

  /** @param cross where the keys draw; null while a pointer does */
  draw(editing: Editing, view: View, cross: Point | null): void {
    const placing = this.placing(view);
    this.#drawPhoto(placing);
    const context = fitted(this.#marks, placing.stage);
    context.save();
    const { scale, left, top } = transformOf(placing);
    context.transform(scale, 0, 0, scale, left, top);
    paint(context, shownShapes(editing), this.scene(view));
    context.restore();
    const selected = editing.asking ? undefined : selectedShape(editing);
    if (selected && !editing.drag) this.#drawSelection(context, selected, editing, placing);
    if (cross) twice(context, crossAt(toStage(cross, placing)));
  }

  #drawPhoto(placing: Placing): void {
    const painted = JSON.stringify([placing, devicePixelRatio]);
    if (painted === this.#painted) return;
    this.#painted = painted;
    const context = fitted(this.#photo, placing.stage);
    const { scale, left, top } = transformOf(placing);
    const { width, height } = turnedSize(placing.photo, placing.view.turns);
    context.imageSmoothingQuality = 'high';
    context.transform(scale, 0, 0, scale, left, top);
    context.translate(width / 2, height / 2);
    context.rotate((placing.view.turns * Math.PI) / 2);
    context.drawImage(this.bitmap, -this.bitmap.width / 2, -this.bitmap.height / 2);
  }

  /** Draws knobs on the ends, or a box. The end that the keys move is filled. */
  #drawSelection(context: CanvasRenderingContext2D, shape: Shape, { selected }: Editing, placing: Placing): void {
    const path = new Path2D();
    const filled = new Path2D();
    if (hasEnds(shape)) {
      for (const part of ['from', 'to'] as const) {
        const { x, y } = toStage(shape[part], placing);
        path.moveTo(x + KNOB, y);
        path.arc(x, y, KNOB, 0, 2 * Math.PI);
        if (selected?.part === part) filled.arc(x, y, KNOB - 3, 0, 2 * Math.PI);
      }
    } else {
      const { left, top, width, height } = this.#boxOnStage(shape, placing);
      path.rect(left - KNOB, top - KNOB, width + 2 * KNOB, height + 2 * KNOB);
    }
    twice(context, path);
    context.fillStyle = '#fff';
    context.fill(filled);
  }

  #boxOnStage(shape: Shape, placing: Placing): Box {
    if (shape.kind === 'text') {
      const { scale, left, top } = transformOf(placing);
      const box = this.#boxOf(shape, placing.view);
      const [width, height] = [box.width * scale, box.height * scale];
      return { left: left + box.left * scale, top: top + box.top * scale, width, height };
    }
    const points = pointsOf(shape).map((point) => toStage(point, placing));
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
  }

  close(): void {
    this.bitmap.close();
    // Safari frees a canvas's memory only when the canvas has no size.
    for (const canvas of [this.#photo, this.#marks]) canvas.width = canvas.height = 1;
  }
}

function crossAt({ x, y }: Point): Path2D {
  const path = new Path2D();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    path.moveTo(x + dx * 3, y + dy * 3);
    path.lineTo(x + dx * CROSS, y + dy * CROSS);
  }
  return path;
}

/** Strokes a path dark, and then light and thinner, so that it is visible on every photo. */
function twice(context: CanvasRenderingContext2D, path: Path2D): void {
  for (const [style, width] of [
    ['#000', 4],
    ['#fff', 1.6],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke(path);
  }
}

/** Returns the cleared context of a canvas, whose unit is a CSS pixel. */
function fitted(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D {
  const context = contextOf(canvas);
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0);
  return context;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no memory for a canvas');
  return context;
}
