import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Captured } from '../contract/api';
import { correctCapture, offsetAt } from './captured';

const NOW = Date.parse('2026-03-04T10:00:00+13:00');
const camera: Captured = { local: '2026-03-04T08:15:00', offset: '+13:00', source: 'camera' };

afterEach(() => vi.unstubAllEnvs());

describe('in New Zealand', () => {
  test.each<[string, string, Captured | undefined, object | string]>([
    ['last week', '2026-02-25T08:15', camera, { local: '2026-02-25T08:15:00', offset: '+13:00' }],
    ['last winter, which had another offset', '2025-07-01T08:15', camera, { offset: '+12:00' }],
    ['the hour before the clocks went back', '2025-04-06T01:30', camera, { offset: '+13:00' }],
    ['the hour after it', '2025-04-06T03:30', camera, { offset: '+12:00' }],
    ['the hour before they went forward', '2025-09-28T01:30', camera, { offset: '+12:00' }],
    ['the hour after it', '2025-09-28T03:30', camera, { offset: '+13:00' }],
    [
      'of a photo whose offset is not known',
      '2026-02-25T08:15',
      { local: camera.local, source: 'file' },
      { offset: '+13:00' },
    ],
    ['of a photo from elsewhere', '2026-02-25T08:15', { ...camera, offset: '-05:00' }, { offset: '-05:00' }],
    ['of a photo without a time', '2026-02-25T08:15:30', undefined, { local: '2026-02-25T08:15:30', offset: '+13:00' }],
    ['now', '2026-03-04T10:00', camera, { local: '2026-03-04T10:00:00' }],
    ['in two minutes', '2026-03-04T10:02', camera, 'future'],
    ['tomorrow, elsewhere', '2026-03-05T00:00', { ...camera, offset: '-05:00' }, 'future'],
    ['no time', '', camera, 'unclear'],
    ['no day', '2026-02-31T25:00', camera, 'unclear'],
  ])('%s: %s', (_, local, before, expected) => {
    vi.stubEnv('TZ', 'Pacific/Auckland');
    const corrected = correctCapture(local, before, NOW);
    if (typeof expected === 'string') expect(corrected).toBe(expected);
    else expect(corrected).toMatchObject({ ...expected, source: 'clinician' });
  });
});

test.each([
  ['Asia/Kathmandu', '+05:45'],
  ['America/St_Johns', '-03:30'],
  ['Pacific/Kiritimati', '+14:00'],
  ['Etc/GMT+12', '-12:00'],
  ['UTC', '+00:00'],
])('in %s the offset is %s', (zone, offset) => {
  vi.stubEnv('TZ', zone);
  expect(offsetAt('2026-03-04T08:15:00')).toBe(offset);
});
