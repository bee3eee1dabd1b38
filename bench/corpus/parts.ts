/** The parts of PNG and EXIF that say how a picture is shown. */

export interface Chunk {
  kind: string;
  body: Buffer;
}

/** The chunks of a PNG; none of another file. */
export function chunksOf(file: Buffer): Chunk[] {
  const found: Chunk[] = [];
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return found;
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    found.push({ kind: file.toString('latin1', at + 4, at + 8), body: file.subarray(at + 8, end) });
    at = end + 4;
  }
  return found;
}

/**
 * The orientation that a TIFF structure says in its first directory, 1 to 8; undefined if it says none, or not as one
 * SHORT, which browsers ignore.
 */
export function orientationOf(tiff: Buffer): number | undefined {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  if (tiff.length < 8 || (!little && tiff.toString('latin1', 0, 2) !== 'MM')) return undefined;
  const short = (at: number): number =>
    at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  const long = (at: number): number =>
    little ? short(at) + short(at + 2) * 2 ** 16 : short(at) * 2 ** 16 + short(at + 2);
  const first = long(4);
  for (let entry = first + 2, left = short(first); left > 0; entry += 12, left--) {
    const value = short(entry + 8);
    if (short(entry) !== 0x0112 || short(entry + 2) !== 3) continue;
    return long(entry + 4) === 1 && value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
