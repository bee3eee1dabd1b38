/** Colours as people distinguish them. */

export type Lab = readonly [number, number, number];
type Triple = readonly [number, number, number];

/** Linear RGB to XYZ (CSS Color 4, section 17). */
const TO_XYZ = {
  srgb: [
    [0.4123908, 0.3575843, 0.1804808],
    [0.212639, 0.7151687, 0.0721923],
    [0.0193308, 0.1191948, 0.9505322],
  ],
  'display-p3': [
    [0.4865709, 0.2656677, 0.1982173],
    [0.2289746, 0.6917385, 0.0792869],
    [0, 0.0451134, 1.0439444],
  ],
} as const;
const D65: Triple = [0.9504559, 1, 1.0890578];

/** CIELAB (D65) of a colour whose channels are 0 to 1. */
export function lab(space: keyof typeof TO_XYZ, [r, g, b]: Triple): Lab {
  const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const [R, G, B] = [linear(r), linear(g), linear(b)];
  const f = (row: 0 | 1 | 2): number => {
    const [x, y, z] = TO_XYZ[space][row];
    const t = (x * R + y * G + z * B) / D65[row];
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  };
  const [x, y, z] = [f(0), f(1), f(2)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 (ISO/CIE 11664-6). */
export function deltaE([L1, a1, b1]: Lab, [L2, a2, b2]: Lab): number {
  const rad = Math.PI / 180;
  const c7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const stretch = 1 + 0.5 * (1 - Math.sqrt(c7 / (c7 + 25 ** 7)));
  const C1 = Math.hypot(a1 * stretch, b1);
  const C2 = Math.hypot(a2 * stretch, b2);
  const hue = (a: number, b: number): number => (Math.atan2(b, a * stretch) / rad + 360) % 360;
  const h1 = hue(a1, b1);
  const h2 = hue(a2, b2);
  const turn = C1 * C2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const dL = L2 - L1;
  const dC = C2 - C1;
  const dH = 2 * Math.sqrt(C1 * C2) * Math.sin((turn / 2) * rad);
  const C = (C1 + C2) / 2;
  const h = C1 * C2 === 0 ? h1 + h2 : h1 + turn / 2;
  const T =
    1 -
    0.17 * Math.cos((h - 30) * rad) +
    0.24 * Math.cos(2 * h * rad) +
    0.32 * Math.cos((3 * h + 6) * rad) -
    0.2 * Math.cos((4 * h - 63) * rad);
  const L = ((L1 + L2) / 2 - 50) ** 2;
  const sL = 1 + (0.015 * L) / Math.sqrt(20 + L);
  const sC = 1 + 0.045 * C;
  const sH = 1 + 0.015 * C * T;
  const rT = -Math.sin(60 * rad * Math.exp(-(((h - 275) / 25) ** 2))) * 2 * Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7));
  return Math.sqrt((dL / sL) ** 2 + (dC / sC) ** 2 + (dH / sH) ** 2 + rT * (dC / sC) * (dH / sH));
}
