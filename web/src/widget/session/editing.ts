/** What a person does to the photos. */

import {
  derivePhoto,
  describeDerived,
  dropPhoto,
  findPhoto,
  hidePhoto,
  restorePhoto,
  type Change,
  type Picture,
  type Size,
} from './album';
import { after, only, UNDO_MS, type State, type Step, type Timer } from './model';
import { addCorrection, addRemoval } from './outbox';
import { send } from './sending';
import { extend, type TimelineEntry } from './timeline';
import type { MetadataChange } from '../image';

/** What is in the record, or on its way there, changes no more. */
export function isFixed(state: State, id: string): boolean {
  return state.committing || state.committed.has(id);
}

export function correct(state: State, id: string, change: MetadataChange, at: string): Step {
  const photo = findPhoto(state.album, id);
  if (!photo || isFixed(state, id)) return only(state);
  const described: State = photo.local ? tell(state, { at, what: 'described', photo: photo.number }) : state;
  // The edge never hears of what was made here. What is left over it may, if the session turns out to live.
  if (photo.derivedFrom !== undefined)
    return only({ ...described, album: describeDerived(state.album, id, change, at) });
  return send({ ...described, outbox: addCorrection(state.outbox, id, change) }, id);
}

export function remove(state: State, id: string, at: string): Step {
  if (isFixed(state, id) || !findPhoto(state.album, id)) return only(state);
  const hidden = withAlbum(state, hidePhoto(state.album, id, at));
  return [hidden, [{ do: 'wait', timer: undoTimer(id), ms: UNDO_MS, due: { type: 'undo-lapsed', id } }]];
}

export function restore(state: State, id: string, at: string): Step {
  return [withAlbum(state, restorePhoto(state.album, id, at)), [{ do: 'stop', timer: undoTimer(id) }]];
}

/** Nobody brings the photo back any more: the edge is to remove it. */
export function removeForGood(state: State, id: string): Step {
  const photo = findPhoto(state.album, id);
  if (!photo) return only(state);
  const outbox = photo.derivedFrom === undefined ? addRemoval(state.outbox, id) : state.outbox;
  const dropped: State = { ...state, album: dropPhoto(state.album, id), outbox };
  return after([dropped, [{ do: 'stop', timer: undoTimer(id) }]], (now) => send(now, id));
}

/** The time for bringing photos back is over for all of them. */
export function removeAllForGood(state: State): Step {
  return after(only(state), ...[...state.album.removed].map((id) => (now: State) => removeForGood(now, id)));
}

export function derive(
  state: State,
  derived: { id: string; from: string; picture: Picture; size: Size },
  at: string,
): Step {
  const correction = state.outbox.corrections.get(derived.from) ?? {};
  return only(withAlbum(state, derivePhoto(state.album, { ...derived, correction }, at)));
}

/** The state with another album, and what brought it there in the timeline. */
export function withAlbum(state: State, [album, happened]: Change): State {
  return tell({ ...state, album }, ...happened);
}

export function tell(state: State, ...happened: readonly TimelineEntry[]): State {
  return { ...state, timeline: extend(state.timeline, happened) };
}

const undoTimer = (id: string): Timer => `undo ${id}`;
