/** States and snapshots for tests. The patient is invented. */

import sample from '../../../shared/testdata/grant.json';
import type { Grant } from '../contract/api';
import type { PhotoSnapshot, Snapshot } from '../contract/engine';
import { initialState, type Chosen, type Effect, type Event, type State } from './model';
import { reduce } from './reducer';

export const grant = sample as Grant;

export function photo(id: string, change: Partial<PhotoSnapshot> = {}): PhotoSnapshot {
  return {
    id,
    name: `${id}.jpg`,
    source: 'camera',
    state: 'ready',
    originalBytes: 4_000_000,
    bytes: 900_000,
    width: 3072,
    height: 2304,
    sentBytes: 0,
    warnings: [],
    metadata: {},
    ...change,
  };
}

export function snapshot(photos: readonly PhotoSnapshot[] = [], change: Partial<Snapshot> = {}): Snapshot {
  return {
    phoneId: grant.phoneId,
    phase: 'idle',
    photos: [...photos],
    sentBytes: 0,
    totalBytes: 0,
    durable: true,
    imageCount: 0,
    maxImages: grant.maxImages,
    ...change,
  };
}

export function chosen(...ids: string[]): Chosen[] {
  return ids.map((id) => ({ id, name: `${id}.jpg`, size: 4_000_000, source: 'camera' }));
}

export interface Played {
  state: State;
  effects: Effect[];
}

/** Plays events after each other; the effects are those of the last one. */
export function play(from: State, ...events: Event[]): Played {
  return events.reduce<Played>(
    ({ state }, event) => {
      const [next, effects] = reduce(state, event);
      return { state: next, effects: [...effects] };
    },
    { state: from, effects: [] },
  );
}

const booted: Event = { type: 'boot', token: 'qr', saved: {}, cameraKilled: false, online: true, supported: true };

/** On the Capture screen with a running engine. */
export const capturing: State = play(
  initialState,
  booted,
  { type: 'granted', token: 'qr', session: grant },
  { type: 'engine-ready' },
  { type: 'snapshot', snapshot: snapshot() },
).state;

/** On the Review screen with the given photos, prepared. */
export function reviewing(...ids: string[]): State {
  return play(
    capturing,
    { type: 'chosen', photos: chosen(...ids) },
    { type: 'snapshot', snapshot: snapshot(ids.map((id) => photo(id))) },
  ).state;
}
