/** The position of a photo in its stage, and of a frame on a photo. */

/** Quarter turns clockwise. */
export type Turns = 0 | 1 | 2 | 3;

/** Zoom, offset and turns of a photo. Offsets are in sizes of the stage, so that two stages can share a view. */
export interface View {
  zoom: number;
  x: number;
  y: number;
  turns: Turns;
}

export const FIT: View = { zoom: 1, x: 0, y: 0, turns: 0 };
export const MAX_ZOOM = 8;

/** Zooms and keeps the part of the photo at `point` in place. The point is relative to the stage's middle. */
export function zoomAt(view: View, factor: number, point = { x: 0, y: 0 }): View {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor));
  const ratio = zoom / view.zoom;
  return within({ ...view, zoom, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio });
}

export function pan(view: View, dx: number, dy: number): View {
  return within({ ...view, x: view.x + dx, y: view.y + dy });
}

export function turnRight(view: View): View {
  return { ...FIT, turns: ((view.turns + 1) % 4) as Turns };
}

/** Limits the offset so that the photo always covers the middle of the stage. */
function within(view: View): View {
  const reach = (view.zoom - 1) / 2;
  const hold = (offset: number): number => Math.min(reach, Math.max(-reach, offset)) + 0;
  return { ...view, x: hold(view.x), y: hold(view.y) };
}

/** A frame on a photo. Values are from 0 to 1, relative to the turned photo. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Corner = 'nw' | 'ne' | 'sw' | 'se';
export const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se'];
export const WHOLE: Frame = { x: 0, y: 0, width: 1, height: 1 };
/** The smallest side of a frame. A smaller frame was drawn by mistake. */
const SMALLEST = 0.05;

/** Moves a frame, or one of its corners, and keeps it on the photo. */
export function moveFrame(frame: Frame, part: Corner | 'all', dx: number, dy: number): Frame {
  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  if (part === 'all')
    return { ...frame, x: clamp(frame.x + dx, 0, 1 - frame.width), y: clamp(frame.y + dy, 0, 1 - frame.height) };
  let [left, top, right, bottom] = [frame.x, frame.y, frame.x + frame.width, frame.y + frame.height];
  if (part.endsWith('w')) left = clamp(left + dx, 0, right - SMALLEST);
  else right = clamp(right + dx, left + SMALLEST, 1);
  if (part.startsWith('n')) top = clamp(top + dy, 0, bottom - SMALLEST);
  else bottom = clamp(bottom + dy, top + SMALLEST, 1);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Converts a frame to whole pixels of a photo of the given size. */
export function toPixels(frame: Frame, width: number, height: number): Frame {
  const [x, y] = [Math.round(frame.x * width), Math.round(frame.y * height)];
  return {
    x,
    y,
    width: Math.max(1, Math.round((frame.x + frame.width) * width) - x),
    height: Math.max(1, Math.round((frame.y + frame.height) * height) - y),
  };
}
