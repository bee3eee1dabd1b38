/** Makes one photo from another. */

import { toPixels, type Frame, type Turns } from './geometry';

/** The phone's highest quality. The copy goes into the record and not through a phone's upload. */
const QUALITY = 0.92;

/**
 * A photo's pixels turned clockwise, on a canvas.
 * @throws DOMException if the file cannot be decoded
 */
export async function turned(file: File, turns: Turns): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(file);
  const [width, height] = turns % 2 === 0 ? [bitmap.width, bitmap.height] : [bitmap.height, bitmap.width];
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = contextOf(canvas);
  context.translate(width / 2, height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
  context.resetTransform();
  bitmap.close();
  return canvas;
}

/** A photo made from another. */
export interface Derived {
  file: File;
  width: number;
  height: number;
}

/**
 * The framed part of a canvas as a JPEG.
 * @throws Error if the browser cannot encode it
 */
export function cropped(source: HTMLCanvasElement, frame: Frame): Promise<Derived> {
  const { x, y, width, height } = toPixels(frame, source.width, source.height);
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  contextOf(canvas).drawImage(source, x, y, width, height, 0, 0, width, height);
  return encoded(canvas);
}

/**
 * A canvas as a JPEG. The canvas is empty afterwards.
 * @throws Error if the browser cannot encode it
 */
export async function encoded(canvas: HTMLCanvasElement): Promise<Derived> {
  const { width, height } = canvas;
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  canvas.width = canvas.height = 1;
  if (blob?.type !== 'image/jpeg') throw new Error('the browser made no JPEG');
  return { file: new File([blob], 'derived.jpg', { type: blob.type }), width, height };
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no memory for a canvas');
  return context;
}
