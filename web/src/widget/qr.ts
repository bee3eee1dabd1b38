/** Draws QR codes. It is loaded when the first one is shown. */

import qrcode from 'qrcode-generator';

/** The white border, in modules (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

/** Returns a QR code of level M as an SVG path, with one unit for each module. */
export function draw(text: string): { path: string; size: number } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  let path = '';
  for (let y = 0; y < modules; y++) {
    for (let x = 0; x < modules; x++) if (code.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  return { path, size: modules + 2 * QUIET };
}
