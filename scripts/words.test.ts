import { expect, test } from 'vitest';
import { faultsOf } from './words.ts';

const found = (text: string, isProse = true): string[] => faultsOf(text, isProse).map((fault) => fault.found);

test.each([
  ['Beyond a rate a call answers 429.', 'answers'],
  ['A code that both have is nobody’s then.', 'nobody’s'],
  ['A result from here on is not tried to be bettered.', 'bettered'],
  ['Times of one machine are told and judge nothing.', 'told'],
  ['It is set anew at each message.', 'anew'],
  ['Lower is better; 1.00 is as it does.', 'as it does'],
  ['The upload goes on by itself.', 'goes on'],
  ['A photo that is there already stays.', 'is there already'],
  ['It has a key of its own.', 'of its own'],
  ['Whoever holds the phone sees it.', 'Whoever'],
  ['A new code makes the earlier ones worthless.', 'worthless'],
  ['A value that is none of ours, on a scale from nought.', 'nought'],
  ['Allocations are judged.', 'judged'],
  ['It says so, by the way.', 'by the way'],
])('refuses "%s"', (text, words) => {
  expect(found(text)).toContain(words);
});

test('names the line, in code too', () => {
  expect(faultsOf('package shared\n\n// What the edge answers\nvar told = 1', false)).toMatchObject([
    { line: 3, found: 'answers' },
    { line: 4, found: 'told' },
  ]);
});

test.each([
  'The word "told" is not used here.',
  'CI stands for continuous integration.',
  'Is there a photo? There is one.',
  'The leader of its own process group.',
  'The button goes on the left.',
])('accepts "%s"', (text) => {
  expect(found(text)).toEqual([]);
});
