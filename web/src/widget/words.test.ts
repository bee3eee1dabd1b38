import { expect, test } from 'vitest';
import { commitText, momentText, timeText, wallText, wordsFor } from './words';

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

test.each([
  [{ code: 'refused', detail: 'the record is {locked}.' }, 'the record is {locked}.'],
  [{ code: 'busy', detail: '503' }, 'the record system is busy (503). Try again in a minute.'],
] as const)('%j is said to the clinician', (problem, text) => {
  expect(commitText(problem, wordsFor('en'))).toBe(text);
});
