import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** Returns the text of the QR code on a screenshot, or undefined if there is none. */
export function readQR(screenshot: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(screenshot);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}
