import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTLINE, sizesOn, STROKES } from './paint';
import { COLOURS } from './shapes';

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

const hex = (value: number): string => `#${value.toString(16).padStart(6, '0')}`;

// From very light to very dark, with blood, pus, a bruise, a dressing and an eschar.
const SKIN = [
  '#f6ede4',
  '#f3e7db',
  '#f7ead0',
  '#eadaba',
  '#d7bd96',
  '#a07e56',
  '#825c43',
  '#604134',
  '#3a312a',
  '#292420',
];
const ON_SKIN = ['#8a0303', '#e8dc8c', '#4b3a63', '#ffffff', '#0a0a0a'];

test.each(COLOURS)(
  'a %s stroke or its outline stands out from every skin, and from all that may be on it',
  (colour) => {
    const visible = (under: string): number => Math.max(contrast(STROKES[colour], under), contrast(OUTLINE, under));
    for (const under of [...SKIN, ...ON_SKIN]) expect(visible(under), under).toBeGreaterThanOrEqual(4);
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffff }), (under) => visible(hex(under)) >= 4));
    expect(contrast(STROKES[colour], OUTLINE)).toBeGreaterThan(14);
  },
);

test.each([
  // width, height, stroke and text in pixels
  [2560, 1920, 8, 67],
  [1920, 2560, 8, 67],
  [1600, 1200, 5, 42],
  [100, 80, 2, 18],
])('on a photo of %i × %i pixels a stroke has %i and a text %i', (width, height, stroke, text) => {
  const sizes = sizesOn({ width, height });
  expect([Math.round(sizes.stroke), Math.round(sizes.text)]).toEqual([stroke, text]);
});
