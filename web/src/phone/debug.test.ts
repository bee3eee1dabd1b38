import { expect, test } from 'vitest';
import type { PhotoSnapshot } from '../contract/engine';
import { describe } from './debug';
import { initialState } from './model';

const photo: PhotoSnapshot = {
  id: 'a'.repeat(32),
  name: 'IMG secret.jpg',
  source: 'camera',
  state: 'sending',
  originalBytes: 4_000_000,
  bytes: 900_000,
  width: 2560,
  height: 1920,
  sentBytes: 10,
  warnings: [],
  metadata: { notes: 'secret note', label: 'secret label' },
  problem: { code: 'network', retryable: true },
};

test('debug describes the queue without names, notes, ids or labels', () => {
  const described = describe({
    ...initialState,
    token: 'secret token',
    snapshot: {
      phoneId: 'secret-phone',
      phase: 'uploading',
      photos: [photo, { ...photo, state: 'failed' }],
      sentBytes: 20,
      totalBytes: 1_800_000,
      durable: true,
      imageCount: 0,
      maxImages: 20,
      waiting: [{ session: 'secret', photos: 2, expiresAt: '2026-03-04T08:15:00Z', phoneId: 'secret' }],
    },
  });
  expect(JSON.stringify(described)).not.toMatch(/secret|aaaa/);
  expect(described).toMatchObject({
    queue: { phase: 'uploading', states: { sending: 1, failed: 1 }, otherSessions: [{ photos: 2 }] },
    photos: [
      { number: 1, state: 'sending', problem: 'network' },
      { number: 2, state: 'failed' },
    ],
  });
});
