/** How a photo lies in its stage, and how a frame lies on a photo. */

/** Turns clockwise by a quarter. */
export type Turns = 0 | 1 | 2 | 3;

/** A look at a photo. The offsets are in stage widths and heights, so that two stages can share one. */
export interface View {
  zoom: number;
  x: number;
  y: number;
  turns: Turns;
}

export const FIT: View = { zoom: 1, x: 0, y: 0, turns: 0 };
export const MAX_ZOOM = 8;

/** Zooms so that what lies under a point stays there; the point counts from the stage's middle. */
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

/** The middle of the stage always shows some of the photo's own area. */
function within(view: View): View {
  const reach = (view.zoom - 1) / 2;
  const hold = (offset: number): number => Math.min(reach, Math.max(-reach, offset)) + 0;
  return { ...view, x: hold(view.x), y: hold(view.y) };
}

/** A frame on a photo, each value from 0 to 1 of the photo as it is turned. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Corner = 'nw' | 'ne' | 'sw' | 'se';
export const CORNERS: readonly Corner[] = ['nw', 'ne', 'sw', 'se'];
export const WHOLE: Frame = { x: 0, y: 0, width: 1, height: 1 };
/** Smaller frames are slips of the hand. */
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

/** A frame in whole pixels of a photo of some size. */
export function toPixels(frame: Frame, width: number, height: number): Frame {
  const [x, y] = [Math.round(frame.x * width), Math.round(frame.y * height)];
  return {
    x,
    y,
    width: Math.max(1, Math.round((frame.x + frame.width) * width) - x),
    height: Math.max(1, Math.round((frame.y + frame.height) * height) - y),
  };
}
