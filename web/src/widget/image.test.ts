import { expect, test } from 'vitest';
import type { Metadata } from '../contract/api';
import { codeMetadata, missingFrom, placeText, type Missing } from './image';

test.each<[string, Metadata, Missing[]]>([
  ['no details', {}, ['bodySite', 'laterality']],
  ['a site alone', { bodySite: 'hand' }, ['laterality']],
  ['a side alone', { laterality: 'left' }, ['bodySite']],
  ['both', { bodySite: 'hand', laterality: 'bilateral' }, []],
  ['a site, the side not applicable', { bodySite: 'nose', laterality: 'na' }, []],
  ['no site and no side, on purpose', { laterality: 'na' }, []],
])('missing where %s', (_, details, missing) => {
  expect(missingFrom(details)).toEqual(missing);
});

test.each<[Metadata, string]>([
  [{}, ''],
  [{ laterality: 'left' }, 'Left'],
  [{ bodySite: 'forearm', laterality: 'left' }, 'Left forearm'],
  [{ bodySite: 'hand', laterality: 'bilateral' }, 'Hand, both sides'],
  [{ bodySite: 'nose', laterality: 'na' }, 'Nose'],
  [{ laterality: 'na' }, ''],
])('%j in words: %s', (details, words) => {
  expect(placeText(details)).toBe(words);
});

test('"not applicable" has words and no code', () => {
  expect(codeMetadata({ laterality: 'na' })).toEqual({ laterality: { coding: [], text: 'Not applicable' } });
});
