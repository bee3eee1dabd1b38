/** A person's changes to the photos. */

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
import { after, only, timestamp, UNDO_MS, type State, type Step, type Timer } from './model';
import { addCorrection, addRemoval } from './outbox';
import { send } from './sending';
import { extend, type ExportWay, type TimelineEntry } from './timeline';
import type { AddingPhoto } from './api';
import type { Derivation, MetadataChange } from '../image';

export function correct(state: State, id: string, change: MetadataChange): Step {
  const photo = findPhoto(state.album, id);
  if (!photo) return only(state);
  if (state.committed.has(id)) return only(noteTooLate(state, photo.number));
  if (state.delivering?.has(id)) {
    // Whether the change is in time is known only when the commit has ended.
    return only({ ...state, late: new Map(state.late).set(id, { ...state.late.get(id), ...change }) });
  }
  const at = timestamp(state);
  const described: State = photo.local ? tell(state, { at, what: 'described', photo: photo.number }) : state;
  // Copies exist only here, so change them in place. Kept photos may still reach the edge if the session is
  // reopened, so their changes go through the outbox.
  if (photo.made) return only({ ...described, album: describeDerived(state.album, id, change, at) });
  return send({ ...described, outbox: addCorrection(state.outbox, id, change) }, id);
}

/** The record has a photo without its last correction. */
export function noteTooLate(state: State, number: number): State {
  return { ...state, tooLate: [...new Set([...state.tooLate, number])] };
}

/** Removes a photo, unless it is in the record or being added to it. */
export function remove(state: State, id: string): Step {
  const isFixed = state.committed.has(id) || (state.delivering?.has(id) ?? false);
  if (isFixed || !findPhoto(state.album, id)) return only(state);
  const hidden = withAlbum(state, hidePhoto(state.album, id, timestamp(state)));
  return [hidden, [{ do: 'wait', timer: undoTimer(id), ms: UNDO_MS, due: { type: 'undo-lapsed', id } }]];
}

export function restore(state: State, id: string): Step {
  const restored = withAlbum(state, restorePhoto(state.album, id, timestamp(state)));
  return [restored, [{ do: 'stop', timer: undoTimer(id) }]];
}

/** The time for undo is over, so the edge removes the photo. */
export function removeForGood(state: State, id: string): Step {
  const photo = findPhoto(state.album, id);
  if (!photo) return only(state);
  const outbox = photo.made ? state.outbox : addRemoval(state.outbox, id);
  const dropped: State = { ...state, album: dropPhoto(state.album, id), outbox };
  return after([dropped, [{ do: 'stop', timer: undoTimer(id) }]], (now) => send(now, id));
}

/** The time for bringing photos back is over for all of them. */
export function removeAllForGood(state: State): Step {
  return after(only(state), ...[...state.album.removed].map((id) => (now: State) => removeForGood(now, id)));
}

export function derive(
  state: State,
  derived: { id: string; from: string; picture: Picture; size: Size; derivation: Derivation },
): Step {
  const { from } = derived;
  const correction = { ...state.outbox.corrections.get(from), ...state.late.get(from) };
  return only(withAlbum(state, derivePhoto(state.album, { ...derived, correction }, timestamp(state))));
}

/** What becomes of the photos that are being added. */
export function showAdding(state: State, photos: readonly AddingPhoto[]): State {
  const isKnown = photos.every(({ id }) => state.added.has(id));
  const added = isKnown ? state.added : new Set([...state.added, ...photos.map(({ id }) => id)]);
  return { ...state, adding: photos, added };
}

/** Records an export in the timeline. */
export function noteExport(state: State, ids: readonly string[], way: ExportWay): State {
  const photos = ids.flatMap((id) => findPhoto(state.album, id)?.number ?? []);
  return photos.length === 0 ? state : tell(state, { at: timestamp(state), what: 'exported', photos, way });
}

/** The state with another album, and what brought it there in the timeline. */
export function withAlbum(state: State, [album, happened]: Change): State {
  return tell({ ...state, album }, ...happened);
}

export function tell(state: State, ...happened: readonly TimelineEntry[]): State {
  return { ...state, timeline: extend(state.timeline, happened) };
}

const undoTimer = (id: string): Timer => `undo ${id}`;
