import { expect, test } from 'vitest';
import { randomHex, randomUuid } from './random';

test('ids have their form, and differ', () => {
  expect(randomHex()).toMatch(/^[0-9a-f]{32}$/);
  expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(Array.from({ length: 1000 }, randomHex)).size).toBe(1000);
});
