import { expect, test } from 'vitest';
import type { Metadata } from '../contract/api';
import { chooseSite, codeMetadata, missingFrom, placeText, type MetadataChange, type Missing } from './image';

test.each<[string, Metadata, Missing[]]>([
  ['nothing said', {}, ['bodySite', 'laterality']],
  ['a site alone', { bodySite: 'hand' }, ['laterality']],
  ['a side alone', { laterality: 'left' }, ['bodySite']],
  ['both', { bodySite: 'hand', laterality: 'bilateral' }, []],
  ['a site, the side not applicable', { bodySite: 'nose', laterality: 'na' }, []],
  ['no site and no side, on purpose', { laterality: 'na' }, []],
])('missing where %s', (_, said, missing) => {
  expect(missingFrom(said)).toEqual(missing);
});

test.each<[string, Metadata, string, MetadataChange]>([
  ['a site without sides answers for the side', { laterality: 'left' }, 'nose', { bodySite: 'nose', laterality: 'na' }],
  [
    '… and takes its answer back',
    { bodySite: 'nose', laterality: 'na' },
    'hand',
    { bodySite: 'hand', laterality: null },
  ],
  ['"no site" is taken back with its answer', { laterality: 'na' }, 'hand', { bodySite: 'hand', laterality: null }],
  ['an explicit "no side" stays', { bodySite: 'back', laterality: 'na' }, 'chest', { bodySite: 'chest' }],
  ['a side stays', { bodySite: 'foot', laterality: 'left' }, 'hand', { bodySite: 'hand' }],
])('%s', (_, said, site, change) => {
  expect(chooseSite(said, site)).toEqual(change);
});

test.each<[Metadata, string]>([
  [{}, ''],
  [{ laterality: 'left' }, 'Left'],
  [{ bodySite: 'forearm', laterality: 'left' }, 'Left forearm'],
  [{ bodySite: 'hand', laterality: 'bilateral' }, 'Hand, both sides'],
  [{ bodySite: 'nose', laterality: 'na' }, 'Nose'],
  [{ laterality: 'na' }, ''],
])('%j in words: %s', (said, words) => {
  expect(placeText(said)).toBe(words);
});

test('"not applicable" has words and no code', () => {
  expect(codeMetadata({ laterality: 'na' })).toEqual({ laterality: { coding: [], text: 'Not applicable' } });
});
