import { expect, test } from 'vitest';
import { pdfOf } from './pdf';
import { broken } from './pictures';

const CAPTION = { grey: new Uint8Array(200).fill(255), width: 20, height: 10, text: 'Whānau' };

/** A JPEG's head: an APP0 segment, then a frame header. */
function jpeg(components: number, frame = 0xc0): Uint8Array {
  const header = [0xff, frame, 0, 17, 8, 0x03, 0x00, 0x04, 0x00, components];
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, ...header, ...Array<number>(10).fill(0), 0xff, 0xd9);
}

async function textOf(blob: Blob): Promise<string> {
  return Buffer.from(await blob.arrayBuffer()).toString('latin1');
}

test.each([
  [3, 0xc0, 'DeviceRGB'],
  [3, 0xc2, 'DeviceRGB'],
  [1, 0xc0, 'DeviceGray'],
])('a JPEG of %i components (frame %i) goes in byte by byte', async (components, frame, space) => {
  const bytes = jpeg(components, frame);
  const text = await textOf(await pdfOf([{ jpeg: bytes, caption: CAPTION }], 'photos'));
  expect(text).toContain(Buffer.from(bytes).toString('latin1'));
  expect(text).toContain(`/Width 1024 /Height 768 /ColorSpace /${space} /BitsPerComponent 8 /Filter /DCTDecode`);
  expect(text).toContain('/ActualText <FEFF005700680101006e00610075>');
});

test('the table says where each object begins', async () => {
  const pages = [1, 2, 3].map(() => ({ jpeg: jpeg(3), caption: CAPTION }));
  const text = await textOf(await pdfOf(pages, 'photos'));
  const start = Number(/startxref\n(\d+)\n/.exec(text)?.[1]);
  const [, size] = /^xref\n0 (\d+)\n/.exec(text.slice(start)) ?? [];
  const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
  expect(offsets).toHaveLength(Number(size) - 1);
  offsets.forEach((offset, index) => expect(text.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`)));
  expect(text).toContain('/Count 3');
});

test.each([
  ['four components', jpeg(4)],
  ['no JPEG', new TextEncoder().encode('GIF89a, and more than ten bytes')],
  ['nothing', new Uint8Array()],
])('%s is refused', async (_, bytes) => {
  await expect(pdfOf([{ jpeg: bytes, caption: CAPTION }], 'photos')).rejects.toThrow('no JPEG');
});

test.each([
  ['one two three', ['one two', 'three']],
  ['abcdefghijkl', ['abcdefgh', 'ijkl']],
  ['Short', ['Short']],
  ['', ['']],
])('%j in rows of eight', (line, rows) => {
  expect(broken(line, (text) => text.length <= 8, 'en')).toEqual(rows);
});
