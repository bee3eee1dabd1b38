import { expect, test } from 'vitest';
import { ofPicture, ofRefusal, type Seen, type Sent } from './verdict.ts';

const grey = (value: number): Buffer => Buffer.alloc(48 * 48 * 3, value);
const seen = (magick: number | undefined, browser: number | undefined): Seen => ({
  magick: magick === undefined ? { complaint: 'corrupt' } : { pixels: grey(magick) },
  browser: browser === undefined ? undefined : grey(browser),
});
/** SOI, then some segments, then a scan. */
const jpeg = (...segments: string[]): Buffer => Buffer.from(`\xff\xd8${segments.join('')}\xff\xda\0\x02`, 'latin1');
const sent = (value: number, file = jpeg()): Sent => ({
  jpeg: file,
  shown: grey(value),
  read: { pixels: grey(value) },
});

const PNG = '\x89PNG\r\n\x1a\n';
const CICP = Buffer.from(`${PNG}\0\0\0\x04cICP\x09\x10\0\x01\0\0\0\0`, 'latin1');
const HEIC = Buffer.from('\0\0\0\x18ftypheic', 'latin1');
const PLAIN = Buffer.from(`${PNG}\0\0\0\x00IEND\0\0\0\0`, 'latin1');

test.each([
  { name: 'the picture of both', sent: sent(100), seen: seen(100, 100), fault: '' },
  {
    name: 'ImageMagick’s picture, where the browser shows none',
    sent: sent(100),
    seen: seen(100, undefined),
    fault: '',
  },
  { name: 'another picture than both', sent: sent(100), seen: seen(10, 10), fault: 'another picture' },
  {
    name: 'another picture, and the browser shows none',
    sent: sent(9),
    seen: seen(99, undefined),
    fault: 'another picture',
  },
  {
    name: 'the browser’s, for no known reason',
    sent: sent(99),
    seen: seen(9, 99),
    fault: "another picture than ImageMagick's",
  },
  { name: 'the browser’s, for a known reason', sent: sent(99), seen: seen(9, 99), file: CICP, fault: '' },
  {
    name: 'a damaged file, as ImageMagick reads it with a complaint',
    sent: sent(9),
    seen: { magick: { pixels: grey(9), complaint: 'corrupt' }, browser: grey(99) },
    fault: '',
  },
  { name: 'a damaged file, as the browser shows it', sent: sent(99), seen: seen(undefined, 99), fault: '' },
  {
    name: 'a damaged file, in another way',
    sent: sent(9),
    seen: seen(undefined, 99),
    fault: 'another picture',
  },
  { name: 'a comment', sent: sent(1, jpeg('\xff\xfe\0\x06Jane')), seen: seen(1, 1), fault: 'metadata: FE Jane' },
  {
    name: 'too much',
    sent: sent(1, Buffer.concat([jpeg(), Buffer.alloc(1e6)])),
    seen: seen(1, 1),
    fault: 'above the limit',
  },
])('$name: $fault', ({ sent, seen, file = PLAIN, fault }) => {
  expect(ofPicture(sent, seen, file, ['Jane']).fault).toBe(fault);
});

test('planted text is found behind the scan', () => {
  const file = Buffer.concat([jpeg(), Buffer.from('Jane Example')]);
  expect(ofPicture(sent(1, file), seen(1, 1), PLAIN, ['Jane Example']).fault).toBe('says Jane Example');
});

test.each([
  { code: 'raw_photo', magick: 1, fault: '' },
  { code: 'unsupported_avif', magick: 1, fault: '' },
  { code: 'cannot_decode', magick: 1, fault: 'refused here, read there' },
  { code: 'truncated', magick: 1, fault: 'refused here, read there' },
  { code: 'truncated', magick: undefined, fault: '' },
  { code: 'hangs', magick: undefined, fault: 'hangs' },
  { code: 'internal', magick: undefined, fault: 'internal' },
])('$code, and ImageMagick reads $magick: $fault', ({ code, magick, fault }) => {
  expect(ofRefusal(code, seen(magick, undefined), HEIC).fault).toBe(fault);
});

test('a file that ImageMagick reads may be refused if the browser does not show its own format either', () => {
  const refusal = (browser: number | undefined, file: Buffer) =>
    ofRefusal('cannot_decode', seen(9, browser), file).fault;
  expect(refusal(undefined, PLAIN)).toBe('');
  expect(refusal(9, PLAIN)).toBe('refused here, read there');
  expect(refusal(undefined, HEIC)).toBe('refused here, read there');
});
