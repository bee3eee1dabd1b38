/** A progressive JPEG of any size and weight (ITU-T T.81, annexes B and G); no canvas writes one. */

const SOI = 0xd8,
  EOI = 0xd9,
  SOF2 = 0xc2,
  DHT = 0xc4,
  SOS = 0xda,
  DQT = 0xdb,
  COM = 0xfe;
const MAX_BODY = 65_533;
/** Blocks of a 4:2:0 MCU. */
const BLOCKS = 6;

/** One colour all over in 4:2:0: a DC scan and one of AC for each component. Comments bring it to a weight in bytes. */
export function makeProgressive(width: number, height: number, weight: number): Buffer {
  const mcus = Math.ceil(width / 16) * Math.ceil(height / 16);
  const picture = [
    segment(DQT, [0, ...Array<number>(64).fill(8)]),
    segment(SOF2, [8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]),
    // One code of one bit: no difference; a run of 2¹⁴ blocks without AC.
    segment(DHT, [0x00, 1, ...Array<number>(15).fill(0), 0]),
    segment(DHT, [0x10, 1, ...Array<number>(15).fill(0), 0xe0]),
    segment(SOS, [3, 1, 0, 2, 0, 3, 0, 0, 0, 0]),
    Buffer.alloc(Math.ceil((mcus * BLOCKS) / 8)),
    ...[1, 2, 3].flatMap((component) => {
      const blocks =
        component === 1 ? Math.ceil(width / 8) * Math.ceil(height / 8) : Math.ceil(width / 16) * Math.ceil(height / 16);
      return [
        segment(SOS, [1, component, 0, 1, 63, 0]),
        Buffer.alloc(Math.ceil((15 * Math.ceil(blocks / 2 ** 14)) / 8)),
      ];
    }),
    Buffer.from([0xff, EOI]),
  ];
  const comments: Buffer[] = [];
  for (let left = weight - Buffer.concat(picture).length; left > 4; left -= MAX_BODY + 4)
    comments.push(segment(COM, Buffer.alloc(Math.min(MAX_BODY, left))));
  return Buffer.concat([Buffer.from([0xff, SOI]), ...comments, ...picture]);
}

function segment(marker: number, body: readonly number[] | Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, Buffer.from(body)]);
}
