import { expect, test } from 'vitest';
import { BODY_SITES } from './bodysites';
import { suggestsSensitive } from './sensitive';

test('of the coded sites, these suggest it', () => {
  const suggested = BODY_SITES.map(({ id }) => id).filter(suggestsSensitive);
  expect(suggested.toSorted()).toEqual([
    'anus',
    'areola',
    'breast',
    'genital-area',
    'glans-penis',
    'groin',
    'nipple',
    'penis',
    'perineum',
    'scrotum',
    'vulva',
  ]);
});

test.each<[string | undefined, boolean]>([
  ['genital-area', true],
  ['groin', true],
  ['breast', true],
  ['left-breast', true],
  ['ear', false],
  ['ear-canal', false],
  ['hand', false],
  [undefined, false],
])('%s suggests sensitive: %s', (site, suggested) => {
  expect(suggestsSensitive(site)).toBe(suggested);
});
