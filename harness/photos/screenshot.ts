import { PNG } from 'pngjs';
import { CORNERS } from './photos.ts';

/** A rectangle in shares of the screenshot's size, from 0 to 1. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** How far a colour may be from a corner's, in each channel: the photo was compressed. */
const TOLERANCE = 24;

/** The share of a screenshot's pixels, or of an area's, that have the colour of a test photo's corner. */
export function shareOfPhoto(
  screenshot: Buffer,
  { left, top, right, bottom }: Area = { left: 0, top: 0, right: 1, bottom: 1 },
): number {
  const { data, width, height } = PNG.sync.read(screenshot);
  let photo = 0;
  let all = 0;
  for (let y = Math.ceil(top * height); y < Math.floor(bottom * height); y++) {
    for (let x = Math.ceil(left * width); x < Math.floor(right * width); x++) {
      const at = 4 * (y * width + x);
      const isNear = CORNERS.some((corner) =>
        corner.every((value, channel) => Math.abs((data[at + channel] ?? 0) - value) < TOLERANCE),
      );
      if (isNear) photo++;
      all++;
    }
  }
  return photo / all;
}
