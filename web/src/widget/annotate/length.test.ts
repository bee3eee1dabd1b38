import { describe, expect, test } from 'vitest';
import { lengthText, readLength, scaleOf, typedLength } from './length';
import type { Ruler } from './shapes';

const ruler = (pixels: number, mm: number): Ruler => ({
  kind: 'ruler',
  id: 1,
  colour: 'yellow',
  from: { x: 10, y: 20 },
  to: { x: 10 + pixels * 0.6, y: 20 + pixels * 0.8 },
  mm,
});

test.each([
  ['10', 10],
  [' 12.5 mm ', 12.5],
  ['1,5 cm', 15],
  ['.5', 0.5],
  ['20.', 20],
  ['2 CM', 20],
  ['', 'empty'],
  ['  ', 'empty'],
  ['ten', 'unclear'],
  ['-5', 'unclear'],
  ['10 in', 'unclear'],
  ['1e3', 'unclear'],
  ['1.2.3', 'unclear'],
  ['NaN', 'unclear'],
  ['0', 'zero'],
  ['0.0 cm', 'zero'],
  ['2001', 'tooLong'],
  ['201 cm', 'tooLong'],
] as const)('a length typed as "%s" is %s', (text, length) => expect(readLength(text)).toBe(length));

describe('a measurement', () => {
  test.each([
    // ruler in pixels, in mm, measured in pixels, shown
    [undefined, 0, 123.4, '123 px'],
    [undefined, 0, 1234, '1,234 px'],
    [100, 10, 123, '12.3 mm'],
    [200, 20, 100, '10.0 mm'],
    [500, 100, 37, '7.4 mm'],
    // A pixel is half a millimetre, so tenths would not be measured.
    [20, 10, 37, '19 mm'],
    // An error of one percent is two millimetres here.
    [100, 10, 2000, '200 mm'],
    [1000, 10, 2, '< 0.1 mm'],
    [20, 20, 0.4, '< 1 mm'],
  ] as const)('by a ruler of %s pixels that is %s mm, %s pixels are %s', (pixels, mm, measured, shown) => {
    const scale = scaleOf(pixels === undefined ? [] : [ruler(pixels, mm)]);
    expect(lengthText(measured, scale, 'en')).toBe(shown);
  });

  test('is formatted in the language', () => {
    expect(lengthText(123, scaleOf([ruler(100, 10)]), 'de')).toBe('12,3 mm');
    expect(typedLength(12.5, 'de')).toBe('12,5 mm');
    expect(typedLength(10, 'en')).toBe('10 mm');
  });

  test('is in pixels until the length of the ruler is known', () => {
    expect(scaleOf([ruler(100, 0)])).toBeUndefined();
  });
});
