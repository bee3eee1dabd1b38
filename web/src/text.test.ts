import { expect, test } from 'vitest';
import { plainLine, plainText } from './text';

test.each([
  ['two\nlines\tand a tab\r\n', 'two\nlines\tand a tab\r\n', 'two lines and a tab '],
  ['a\u0000b\u001bc\u007fd\u009fe', 'abcde', 'abcde'],
  ['Ōtaki 👍 \u2028', 'Ōtaki 👍 \u2028', 'Ōtaki 👍 \u2028'],
])('%j', (text, lines, line) => {
  expect(plainText(text)).toBe(lines);
  expect(plainLine(text)).toBe(line);
});

// Go's unicode.IsControl, with which the edge refuses: U+0000 to U+001F and U+007F to U+009F.
test('of all characters the controls alone are dropped, but line breaks and tabs', () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
  const dropped = all.filter((one) => plainText(one) === '').map((one) => one.charCodeAt(0));
  const controls = all.map((one) => one.charCodeAt(0)).filter((code) => code < 0x20 || (code >= 0x7f && code < 0xa0));
  expect(dropped).toEqual(controls.filter((code) => ![9, 10, 13].includes(code)));
});
