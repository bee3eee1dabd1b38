import { expect, test } from 'vitest';
import type { Metadata } from '../../contract/api';
import { codeMetadata, type WidgetImage } from '../image';
import { collectionName, fileName } from './names';

function image(details: Metadata, number = 1): WidgetImage {
  return {
    id: 'a'.repeat(32),
    number,
    file: null,
    width: 1,
    height: 1,
    // Noon, so that it is this day in every time zone where the test runs.
    uploadedAt: '2026-03-05T12:00:00',
    metadata: codeMetadata(details),
    details,
    failed: false,
    local: false,
  };
}

const captured = { local: '2026-03-04T23:59:00', offset: '+13:00', source: 'camera' } as const;

test.each<[Metadata, string, string]>([
  [
    { bodySite: 'forearm', laterality: 'left', view: 'close-up', captured },
    '',
    '2026-03-04 left forearm close-up 1.jpg',
  ],
  [{ bodySite: 'nose', laterality: 'na', captured }, '', '2026-03-04 nose 1.jpg'],
  [{}, '', '2026-03-05 1.jpg'],
  [{ captured }, 'Rangi Māori', 'Rangi Māori 2026-03-04 1.jpg'],
  [{ captured }, '../..\\C:*?"<>|\u202e\0 x', 'C x 2026-03-04 1.jpg'],
])('%j, patient %j: %s', (details, patient, name) => {
  expect(fileName(image(details), patient)).toBe(name);
});

test('an annotated copy has another name than its original', () => {
  const copy = { ...image({ bodySite: 'nose', view: 'close-up', captured }, 2), derivation: 'annotated' } as const;
  expect(fileName(copy)).toBe('2026-03-04 nose close-up annotated 2.jpg');
});

test('a long label leaves room for the rest', () => {
  expect(fileName(image({ captured }), 'x'.repeat(300))).toBe(`${'x'.repeat(60)} 2026-03-04 1.jpg`);
});

test('a file of several photos is named after the first day', () => {
  const photos = [image({}), image({ captured }, 2)];
  expect(collectionName(photos, 'zip')).toBe('2026-03-04 photos.zip');
  expect(collectionName(photos.slice(0, 1), 'pdf', 'Rangi')).toBe('Rangi 2026-03-05 photo.pdf');
});
