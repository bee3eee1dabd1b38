/** An sRGB profile for programs that have none built in (ICC.1:2001). */

const D50 = [0.9642, 1, 0.8249];
const PRIMARIES = { rXYZ: [0.4361, 0.2225, 0.0139], gXYZ: [0.3851, 0.7169, 0.0971], bXYZ: [0.1431, 0.0606, 0.7141] };
const CURVE_POINTS = 1024;

export function srgbProfile(): Buffer {
  const text = Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05sRGB\0', 'latin1'), Buffer.alloc(79)]);
  const elements: [string, Buffer][] = [
    ['desc', text],
    ['cprt', Buffer.from('text\0\0\0\0none\0', 'latin1')],
    ['wtpt', xyz(D50)],
    ...Object.entries(PRIMARIES).map(([name, primary]): [string, Buffer] => [name, xyz(primary)]),
    ...['rTRC', 'gTRC', 'bTRC'].map((name): [string, Buffer] => [name, curve()]),
  ];
  const table = Buffer.alloc(4 + 12 * elements.length);
  table.writeUInt32BE(elements.length);
  const data: Buffer[] = [];
  let at = 128 + table.length;
  elements.forEach(([name, body], i) => {
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(body.length, 12 + 12 * i);
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    data.push(padded);
    at += padded.length;
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at);
  header.write('\x02\x10\0\0mntrRGB XYZ ', 8, 'latin1');
  header.write('acsp', 36, 'latin1');
  xyz(D50).copy(header, 68, 8);
  return Buffer.concat([header, table, ...data]);
}

function xyz(values: number[]): Buffer {
  const body = Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), Buffer.alloc(12)]);
  values.forEach((value, i) => body.writeInt32BE(Math.round(value * 0x10000), 8 + 4 * i));
  return body;
}

/** The light of a channel of sRGB (IEC 61966-2-1). */
function curve(): Buffer {
  const body = Buffer.alloc(12 + 2 * CURVE_POINTS);
  body.write('curv', 0, 'latin1');
  body.writeUInt32BE(CURVE_POINTS, 8);
  for (let i = 0; i < CURVE_POINTS; i++) {
    const x = i / (CURVE_POINTS - 1);
    const light = x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    body.writeUInt16BE(Math.round(light * 0xffff), 12 + 2 * i);
  }
  return body;
}
