/** The part of the reducer that takes in what the engine reports. */

import type { Snapshot } from '../contract/engine';
import { over } from './leaving';
import type { Chosen, Notice, Parked, State, Step } from './model';
import { batch, ON_ITS_WAY, photos, settled, unsent, waitingOf } from './select';
import { fail, only } from './steps';

/** Takes in a snapshot. A finished upload or the end of the session moves the page on. */
export function observe(state: State, snapshot: Snapshot): Step {
  // One that was on its way when the page turned to another patient.
  if (state.session === null || (state.session.phoneId ?? '') !== snapshot.phoneId) return only(state);
  if (snapshot.erased && !state.closed) return over(state);
  const arrived = snapshot.photos.filter(({ id, state: now }) => now === 'confirmed' && state.removed.includes(id));
  const next = show(unhide(state, new Set(arrived.map(({ id }) => id))), snapshot);
  return only(arrived.length > 0 ? { ...next, notice: { kind: 'arrived', count: arrived.length } } : next);
}

/** Shows photos again that were deleted too late: they are on the desktop. */
function unhide(state: State, arrived: ReadonlySet<string>): State {
  const { undo, removed } = state;
  if (arrived.size === 0) return state;
  return {
    ...state,
    removed: removed.filter((id) => !arrived.has(id)),
    undo: undo?.kind === 'delete' && arrived.has(undo.id) ? null : undo,
  };
}

function show(state: State, snapshot: Snapshot): State {
  const confirmed = { ...state.confirmed };
  for (const photo of snapshot.photos) if (photo.confirmedAt !== undefined) confirmed[photo.id] = photo.confirmedAt;
  const known = new Set(snapshot.photos.map((photo) => photo.id));
  const chosen = state.chosen.filter((photo) => !known.has(photo.id));
  const decoder = snapshot.photos.some((photo) => photo.state === 'compressing') ? state.decoder : null;
  const parked = stillParked(state.parked, snapshot);
  let next: State = { ...state, snapshot, decoder, confirmed, chosen, parked };
  if (state.snapshot === null) next = meet(next, snapshot, state.chosen);
  if (next.closed || next.screen === 'success' || next.screen === 'error' || isEntering(next)) return next;
  if (snapshot.phase === 'stopped') {
    const { code = 'session_expired', retryable = false } = snapshot.problem ?? {};
    return fail(next, { code, retryable });
  }
  return lacksConsent(next) ? { ...next, screen: 'consent', resume: next.screen } : settle(next);
}

/** Another code is being exchanged: this session's screens wait. */
function isEntering(state: State): boolean {
  return state.token !== null && (state.screen === 'loading' || state.screen === 'waiting');
}

function lacksConsent(state: State): boolean {
  return state.consent?.answer !== 'given' && batch(state).some((photo) => photo.problem?.code === 'consent_required');
}

/** Drops a session that was left once its last photo has arrived. The engine needs a moment to report it first. */
function stillParked(parked: readonly Parked[], snapshot: Snapshot): readonly Parked[] {
  return parked.flatMap((one) => {
    const waits = waitingOf({ snapshot }, one.session) > 0;
    return waits || !one.seen ? [{ ...one, seen: waits }] : [];
  });
}

/** Takes in the first snapshot: photos of an earlier page may be back, some of them on their way. */
function meet(state: State, snapshot: Snapshot, justChosen: readonly Chosen[]): State {
  const active = snapshot.photos.filter((photo) => ON_ITS_WAY.has(photo.state)).map((photo) => photo.id);
  const batchNow = [...new Set([...state.batch, ...active])];
  const waits = state.screen === 'loading' || state.screen === 'consent';
  const target = active.length > 0 ? 'uploading' : state.resume;
  const restored = unsent(state).filter(({ id }) => !justChosen.some((photo) => photo.id === id)).length;
  const next: State = { ...state, batch: batchNow };
  if (isEntering(state)) return next;
  if (state.screen === 'consent') return { ...next, resume: target };
  if (waits || active.length > 0) {
    const empty = photos(next).length === 0 && batchNow.length === 0;
    return { ...next, screen: empty || target === null ? 'capture' : target, resume: null };
  }
  return restored > 0 && state.notice === null ? { ...next, notice: { kind: 'restored', count: restored } } : next;
}

/** Ends an upload whose every photo has arrived, was cancelled or is gone. */
export function settle(state: State): State {
  if (state.batch.length === 0 || !leadsOn(state)) return state;
  const list = batch(state);
  if (list.some((photo) => !settled(photo) && photo.state !== 'cancelled')) return state;
  const times = state.batch.flatMap((id) => state.confirmed[id] ?? []).sort();
  const at = times.at(-1);
  const notice = removedNotice(list.filter((photo) => photo.state === 'removed').length);
  if (at === undefined) {
    return { ...state, batch: [], notice, screen: unsent(state).length > 0 ? 'review' : 'capture' };
  }
  if (state.screen === 'review' && unsent(state).length > 0) return state;
  const gallery = list.some((photo) => photo.source === 'gallery' && photo.state === 'confirmed');
  const receipt = { count: times.length, at, gallery };
  return { ...state, batch: [], screen: 'success', sheet: null, undo: null, notice, receipt };
}

/** Whether the end of an upload turns the screen. The person is not interrupted while there are photos to describe. */
function leadsOn(state: State): boolean {
  const { screen } = state;
  return screen === 'uploading' || screen === 'review' || (screen === 'metadata' && unsent(state).length === 0);
}

const removedNotice = (count: number): Notice | null => (count > 0 ? { kind: 'removed', count } : null);
