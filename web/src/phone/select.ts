/** What the screens read off the state. */

import type { Metadata, Grant } from '../contract/api';
import type { PhotoSnapshot } from '../contract/engine';
import type { Chosen, State } from './model';

/** Whether the session still works, as far as the phone knows. */
export function alive(state: State): boolean {
  return state.session !== null && !state.closed && state.snapshot?.phase !== 'stopped' && runs(state);
}

/** Reports whether the engine runs or is about to. */
export function runs({ engine }: Pick<State, 'engine'>): boolean {
  return engine === 'starting' || engine === 'ready';
}

/** Reports whether two sessions are about the same encounter of the same patient at the same facility. */
export function samePatient(one: Grant, other: Grant): boolean {
  return (
    one.facilityId === other.facilityId && one.patientId === other.patientId && one.encounterId === other.encounterId
  );
}

/** Every photo on the phone that was not taken out, oldest first. */
export function photos(state: State): PhotoSnapshot[] {
  const known = state.snapshot?.photos ?? [];
  const ids = new Set(known.map((photo) => photo.id));
  const all = [...known, ...state.chosen.filter((photo) => !ids.has(photo.id)).map(asSnapshot)];
  return all.filter((photo) => !state.removed.includes(photo.id));
}

/** Whether nothing is left to send: the photo is on the desktop, or was removed there. */
export function settled(photo: PhotoSnapshot): boolean {
  return photo.state === 'confirmed' || photo.state === 'removed';
}

export const ON_ITS_WAY = new Set<PhotoSnapshot['state']>(['queued', 'signing', 'sending', 'confirming']);
const PREPARED = new Set<PhotoSnapshot['state']>(['chosen', 'compressing']);

/** Whether a photo is being sent, or will be without the person. */
export function underWay(state: Pick<State, 'batch'>, photo: PhotoSnapshot): boolean {
  const { state: now, retryAt, id } = photo;
  return ON_ITS_WAY.has(now) || retryAt !== undefined || (PREPARED.has(now) && state.batch.includes(id));
}

/** Those that are still to be sent: what Review and Metadata are about. */
export function unsent(state: State): PhotoSnapshot[] {
  return photos(state).filter((photo) => !settled(photo));
}

/** How many photos a session that was left has on this phone. */
export function waitingOf(state: Pick<State, 'snapshot'>, session: Grant): number {
  const theirs = (state.snapshot?.waiting ?? []).filter(({ phoneId }) => phoneId === session.phoneId);
  return theirs.reduce((sum, waiting) => sum + waiting.photos, 0);
}

/** Those that can still be sent: a file that is no photo stays behind. */
export function sendable(state: State): PhotoSnapshot[] {
  return unsent(state).filter((photo) => photo.state !== 'failed' || photo.problem?.retryable !== false);
}

/** Those of the last Upload, as the Uploading screen lists them. */
export function batch(state: State): PhotoSnapshot[] {
  return photos(state).filter((photo) => state.batch.includes(photo.id));
}

/**
 * What is known of a photo: what the person entered, with the engine's time. Where a desktop overruled that, it is what
 * the edge stored.
 */
export function metadataOf(state: State, id: string): Metadata {
  const photo = state.snapshot?.photos.find((other) => other.id === id);
  const known = photo?.metadata ?? {};
  const draft = state.drafts[id];
  if (!draft || photo?.correction === 'overruled') return known;
  return known.captured === undefined ? draft : { captured: known.captured, ...draft };
}

export interface Room {
  /** In the encounter or on their way to it. */
  used: number;
  max: number;
  left: number;
  /** So few left that the person should know. */
  tight: boolean;
}

const TIGHT = 3;

export function room(state: State): Room {
  const max = state.snapshot?.maxImages ?? state.session?.maxImages ?? 0;
  const stored = state.snapshot?.imageCount ?? state.session?.imageCount ?? 0;
  const used = stored + sendable(state).length;
  const left = Math.max(0, max - used);
  return { used, max, left, tight: left <= TIGHT };
}

/** The photo in hand; the first one if there is none. */
export function currentPhoto(state: State): PhotoSnapshot | undefined {
  const list = unsent(state);
  return list.find((photo) => photo.id === state.current) ?? list[0];
}

/** The nearest earlier photo that has a site or a side, for carrying over. */
export function previousTagged(state: State, id: string): { index: number; metadata: Metadata } | undefined {
  const list = unsent(state);
  for (let index = list.findIndex((photo) => photo.id === id) - 1; index >= 0; index--) {
    const metadata = metadataOf(state, list[index]?.id ?? '');
    if (isTagged(metadata)) return { index, metadata };
  }
  return undefined;
}

export function isTagged(metadata: Metadata): boolean {
  return metadata.bodySite !== undefined || metadata.laterality !== undefined;
}

function asSnapshot({ id, name, size, source }: Chosen): PhotoSnapshot {
  return {
    id,
    name,
    source,
    state: 'chosen',
    originalBytes: size,
    bytes: 0,
    width: 0,
    height: 0,
    sentBytes: 0,
    warnings: [],
    metadata: {},
  };
}

/** What to call the patient; a session may have no label. */
export function patientOf({ patientLabel, patientId }: Grant): { label: string } | { id: string } {
  return patientLabel.trim() === '' ? { id: patientId } : { label: patientLabel };
}
