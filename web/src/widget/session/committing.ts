/** Hands photos over to the record. */

import type { RecordForms } from '../record/context';
import type { Outcome } from '../record/delivery';
import type { CommitProblem } from '../record/results';
import { applyChange, findPhoto } from './album';
import { readyToCommit } from '../readiness';
import { correct, noteTooLate, removeAllForGood, tell } from './editing';
import { after, only, timestamp, type Deliver, type State, type Step } from './model';
import { imagesOf } from './view';

/** @param chosen the photos to hand over; null: every one that is not in the record yet */
export function commit(state: State, forms: RecordForms, chosen: readonly string[] | null, deliver: Deliver): Step {
  const all = imagesOf(state);
  const wanted = chosen === null ? all : all.filter(({ id }) => chosen.includes(id));
  const images = readyToCommit(wanted, forms.gate, all);
  const { encounter, clinician } = state;
  if (state.delivering || !encounter || !images) return only(state);
  const delivering = new Set(images.map(({ id }) => id));
  const cleared: State = { ...state, delivering, commitProblem: null, tooLate: [] };
  return after(removeAllForGood(cleared), (now) => [
    now,
    [{ do: 'deliver', encounter, clinician, images, all, forms, time: timestamp(now), deliver }],
  ]);
}

/** The record has some of the photos, all of them, or none. */
export function delivered(state: State, { kept, failed }: Outcome): Step {
  const time = timestamp(state);
  const { late, lateSent } = state;
  const settled = noted({ ...state, delivering: null, late: new Map(), lateSent: new Set() }, kept, time);
  const next: State = {
    ...settled,
    notKept: new Map([...settled.notKept, ...failed]),
    commitProblem: kept.length === 0 ? sharedProblem(failed) : null,
  };
  const count = kept.length;
  const entered = count > 0 ? tell(next, { at: time, what: 'committed', count }) : next;
  return after(
    [entered, [{ do: 'note-committed', ids: kept, at: time, failed }]],
    ...[...late].map(
      ([id, change]) =>
        (now: State) =>
          settleLate(now, id, change, kept, lateSent.has(id)),
    ),
  );
}

/** A correction that was made during the commit: too late for a photo in the record, in time for another. */
function settleLate(
  state: State,
  id: string,
  change: Parameters<typeof applyChange>[1],
  kept: readonly string[],
  isSent: boolean,
): Step {
  if (!kept.includes(id)) return correct(state, id, change);
  const photo = findPhoto(state.album, id);
  const isMissing = isSent || changesAnything(state, id, change);
  return only(photo && isMissing ? noteTooLate(state, photo.number) : state);
}

/** Why no photo is in the record, where all have the same reason; null where each tile says its own. */
function sharedProblem(failed: ReadonlyMap<string, CommitProblem>): CommitProblem | null {
  const [first = null, ...others] = failed.values();
  return others.every(({ code, detail }) => code === first?.code && detail === first.detail) ? first : null;
}

/** Photos are in the record. */
export function noted(state: State, ids: readonly string[], time: string): State {
  const notKept = new Map([...state.notKept].filter(([id]) => !ids.includes(id)));
  return { ...state, notKept, committed: new Map([...state.committed, ...ids.map((id) => [id, time] as const)]) };
}

function changesAnything({ album, outbox }: State, id: string, change: Parameters<typeof applyChange>[1]): boolean {
  const photo = findPhoto(album, id);
  if (!photo) return false;
  const details = applyChange(photo.image.metadata, outbox.corrections.get(id) ?? {});
  return JSON.stringify(applyChange(details, change)) !== JSON.stringify(details);
}
