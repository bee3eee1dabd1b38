import jsQR from 'jsqr';
import { PNG } from 'pngjs';

/** What a phone's camera would read off a screenshot; undefined if it sees no QR code. */
export function readQR(screenshot: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(screenshot);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}
