import type { Page } from '@playwright/test';
import { colourDistance, decode, metadataSegments, type Decoded } from './jpeg.ts';
import { storedObjects } from '../stack/objects.ts';
import { CORNERS } from './photos.ts';
import type { Stack } from '../stack/stack.ts';
import { expect } from '../test.ts';

export const MAX_IMAGE_BYTES = 1_000_000;
/** JPEG and resampling move a flat colour by less. */
const SAME_COLOUR = 12;

/** Checks that every object of an encounter is a JPEG within the limit and without metadata. Returns them decoded. */
export async function expectStored(page: Page, stack: Stack, encounterId: string, count: number): Promise<Decoded[]> {
  const objects = await storedObjects(stack, encounterId);
  expect(objects).toHaveLength(count);
  const decoded = [];
  for (const { key, bytes } of objects) {
    expect(key).toMatch(new RegExp(`^sessions/${encounterId}/\\d+_[0-9a-f]{32}\\.jpg$`));
    expect(bytes.length).toBeLessThanOrEqual(MAX_IMAGE_BYTES);
    expect(metadataSegments(bytes)).toEqual([]);
    decoded.push(await decode(page, bytes));
  }
  return decoded;
}

/** Test photos show their corners where they belong, and as many as `portraits` are upright. */
export function expectUpright(objects: readonly Decoded[], portraits: number): void {
  for (const { corners } of objects) expect(colourDistance(corners, CORNERS)).toBeLessThan(SAME_COLOUR);
  expect(objects.filter(({ width, height }) => height > width)).toHaveLength(portraits);
}
