import { describe, expect, test } from 'vitest';
import { BODY_SITES, COMMON_SITES, searchSites } from './bodysites';

const found = (query: string): string[] => searchSites(query, ({ label }) => label).map(({ label }) => label);

test('twenty sites are offered at once, in their order', () => {
  expect(found('')).toHaveLength(20);
  expect(found(' ')).toEqual(COMMON_SITES.map(({ label }) => label));
});

describe('the search finds', () => {
  test.each(
    ['Elbow', 'Wrist', 'Knee', 'Ankle', 'Toe', 'Breast', 'Mouth', 'Tongue', 'Eyelid', 'Fingernail', 'Natal cleft'].map(
      (label) => [label],
    ),
  )('%s', (label) => expect(found(label.toUpperCase())).toContain(label));

  test('parts of words, and nothing that is not there', () => {
    expect(found('nail')).toEqual(['Fingernail', 'Thumbnail', 'Toenail', 'Nail of big toe']);
    expect(found('gizzard')).toEqual([]);
  });
});

test('each site has its own id and label', () => {
  for (const key of ['id', 'label'] as const)
    expect(new Set(BODY_SITES.map((site) => site[key])).size).toBe(BODY_SITES.length);
});
