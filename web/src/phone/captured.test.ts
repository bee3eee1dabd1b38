import { afterEach, expect, test } from 'vitest';
import { captured } from './captured';

const zone = process.env.TZ;

afterEach(() => {
  process.env.TZ = zone ?? 'UTC';
});

test.each([
  { zone: 'Pacific/Auckland', at: '2026-03-01T19:15:00Z', local: '2026-03-02T08:15:00', offset: '+13:00' },
  { zone: 'Pacific/Auckland', at: '2026-07-01T12:00:00Z', local: '2026-07-02T00:00:00', offset: '+12:00' },
  { zone: 'Pacific/Chatham', at: '2026-03-01T19:15:00Z', local: '2026-03-02T09:00:00', offset: '+13:45' },
  { zone: 'America/St_Johns', at: '2026-01-01T01:00:00Z', local: '2025-12-31T21:30:00', offset: '-03:30' },
  // The repeated hour when New Zealand's clocks go back, and the seconds before and after the skipped hour.
  { zone: 'Pacific/Auckland', at: '2026-04-04T13:30:00Z', local: '2026-04-05T02:30:00', offset: '+13:00' },
  { zone: 'Pacific/Auckland', at: '2026-04-04T14:30:00Z', local: '2026-04-05T02:30:00', offset: '+12:00' },
  { zone: 'Pacific/Auckland', at: '2025-09-27T13:59:59Z', local: '2025-09-28T01:59:59', offset: '+12:00' },
  { zone: 'Pacific/Auckland', at: '2025-09-27T14:00:00Z', local: '2025-09-28T03:00:00', offset: '+13:00' },
  { zone: 'Pacific/Kiritimati', at: '2026-03-01T19:15:00Z', local: '2026-03-02T09:15:00', offset: '+14:00' },
  { zone: 'Etc/GMT+12', at: '2026-03-01T19:15:00Z', local: '2026-03-01T07:15:00', offset: '-12:00' },
  { zone: 'UTC', at: '2026-03-01T19:15:00.900Z', local: '2026-03-01T19:15:00', offset: '+00:00' },
])('in $zone', ({ zone, at, local, offset }) => {
  process.env.TZ = zone;
  expect(captured(new Date(at))).toEqual({ local, offset, source: 'camera' });
});

test('every UTC offset gives the local time of the same moment', () => {
  const at = new Date('2026-03-04T00:15:00Z');
  for (let minutes = -12 * 60; minutes <= 14 * 60; minutes += 15) {
    const there = Object.assign(new Date(at), { getTimezoneOffset: () => -minutes });
    const { local, offset = '' } = captured(there);
    expect(new Date(local + offset), offset).toEqual(at);
    expect(offset.startsWith('-')).toBe(minutes < 0);
  }
});
