import { expect, test } from 'vitest';
import { plainText } from './plaintext';

test.each([
  ['nothing to change', 'Te Aroha Ōtaki, 1.1.1980', 'Te Aroha Ōtaki, 1.1.1980'],
  ['a right-to-left name', 'מרים לוי', 'מרים לוי'],
  ['an override that turns the text around', 'Ann \u202Eeilatan\u202C Doe', 'Ann eilatan Doe'],
  ['isolates and marks', '\u2066Ann\u2069\u200F Doe', 'Ann Doe'],
  ['lines, tabs and nulls', 'Ann\r\n\tDoe\u0000', 'Ann Doe'],
  ['nothing but those', '\u202E\u0007', ''],
])('%s', (_, text, shown) => {
  expect(plainText(text)).toBe(shown);
});
