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
  { zone: 'UTC', at: '2026-03-01T19:15:00.900Z', local: '2026-03-01T19:15:00', offset: '+00:00' },
])('in $zone', ({ zone, at, local, offset }) => {
  process.env.TZ = zone;
  expect(captured(new Date(at))).toEqual({ local, offset, source: 'camera' });
});
