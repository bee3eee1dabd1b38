import { expect, test } from 'vitest';
import { momentText, timeText, wallText, wordsFor } from './words';

test.each([
  ['en-NZ', 'en-NZ'],
  ['de', 'de'],
  ['en_NZ', 'en'],
  ['C', 'en'],
  ['', 'en'],
])('times are written whatever language is asked for: %j', (tag, language) => {
  const words = wordsFor(tag);
  expect(words.language).toBe(language);
  expect(timeText('2026-03-04T10:05:00Z', words.language)).toMatch(/05/);
  expect(momentText('2026-03-04T10:05:00Z', words.language)).toMatch(/2026/);
  expect(wallText('2026-03-04T23:05:00', 'en-NZ')).toMatch(/4 Mar 2026.*11:05/);
});
