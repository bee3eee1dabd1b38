import { expect, test } from 'vitest';
import { chooseSite, placeText, type Place } from './place';

test.each<[string, Place, string, ReturnType<typeof chooseSite>]>([
  ['a site without sides sets the side', { laterality: 'left' }, 'nose', { bodySite: 'nose', laterality: 'na' }],
  [
    '… and takes its answer back',
    { bodySite: 'nose', laterality: 'na' },
    'hand',
    { bodySite: 'hand', laterality: null },
  ],
  ['"no site" is taken back with its answer', { laterality: 'na' }, 'hand', { bodySite: 'hand', laterality: null }],
  ['an explicit "no side" stays', { bodySite: 'back', laterality: 'na' }, 'chest', { bodySite: 'chest' }],
  ['a side stays', { bodySite: 'foot', laterality: 'left' }, 'hand', { bodySite: 'hand' }],
])('%s', (_, details, site, change) => {
  expect(chooseSite(details, site)).toEqual(change);
});

const words = {
  site: (id: string) => (id === 'unknown' ? '' : `the ${id}`),
  side: (side: string) => `the ${side} side`,
  sided: (site: string, side: string) => `${site}, ${side}`,
};

test.each<[Place, string]>([
  [{}, ''],
  [{ laterality: 'na' }, ''],
  [{ laterality: 'bilateral' }, 'the bilateral side'],
  [{ bodySite: 'nose', laterality: 'na' }, 'the nose'],
  [{ bodySite: 'hand' }, 'the hand'],
  [{ bodySite: 'hand', laterality: 'left' }, 'the hand, left'],
  [{ bodySite: 'unknown', laterality: 'left' }, 'the left side'],
])('%j in words: %s', (place, text) => {
  expect(placeText(place, words)).toBe(text);
});
