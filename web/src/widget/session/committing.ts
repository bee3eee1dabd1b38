/** Hands photos over to the record. */

import type { RecordForms } from '../record/context';
import type { Outcome } from '../record/delivery';
import type { Metadata } from '../../contract/api';
import { isDefinite, type CommitProblem } from '../record/results';
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
  const delivering = new Map(images.map(({ id, details }) => [id, textOf(details)]));
  const cleared: State = { ...state, delivering, commitProblem: null, tooLate: [] };
  return after(removeAllForGood(cleared), (now) => [
    now,
    [{ do: 'deliver', encounter, clinician, images, all, forms, time: timestamp(now), deliver }],
  ]);
}

/** The record has some of the photos, all of them, or none. */
export function delivered(before: State, { kept, created, failed }: Outcome): Step {
  const state = remember(before, failed);
  const time = timestamp(state);
  const { late, lateSent } = state;
  const outdated = kept.filter((id) => !created.includes(id) && isOutdated(before, id));
  const settled = noted({ ...state, delivering: null, late: new Map(), lateSent: new Set() }, kept, time);
  const next: State = {
    ...settled,
    notKept: new Map([...settled.notKept, ...failed]),
    commitProblem: kept.length === 0 ? sharedProblem(failed) : null,
  };
  const count = kept.length;
  const entered = count > 0 ? tell(next, { at: time, what: 'committed', count }) : next;
  return after(
    [noteOutdated(entered, outdated), [{ do: 'note-committed', ids: kept, at: time, failed }]],
    ...[...late].map(
      ([id, change]) =>
        (now: State) =>
          settleLate(now, id, change, kept, lateSent.has(id)),
    ),
  );
}

/** Remembers the details of photos that the record may have, although their commit failed. */
function remember(state: State, failed: Outcome['failed']): State {
  const attempted = new Map(state.attempted);
  for (const [id, problem] of failed) {
    const details = state.delivering?.get(id);
    if (details === undefined || isDefinite(problem)) continue;
    attempted.set(id, (attempted.get(id) ?? details) === details ? details : '');
  }
  return { ...state, attempted };
}

/** Whether the record may have got a photo with other details before: it keeps those, and takes no second photo. */
function isOutdated({ attempted, delivering }: State, id: string): boolean {
  const earlier = attempted.get(id);
  return earlier !== undefined && earlier !== delivering?.get(id);
}

function noteOutdated(state: State, ids: readonly string[]): State {
  const numbers = ids.flatMap((id) => findPhoto(state.album, id)?.number ?? []);
  return numbers.reduce(noteTooLate, state);
}

/** Details as text, which is the same for the same details. */
function textOf(details: Metadata): string {
  return JSON.stringify(Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1)));
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
  const attempted = new Map([...state.attempted].filter(([id]) => !ids.includes(id)));
  return {
    ...state,
    notKept,
    attempted,
    committed: new Map([...state.committed, ...ids.map((id) => [id, time] as const)]),
  };
}

function changesAnything({ album, outbox }: State, id: string, change: Parameters<typeof applyChange>[1]): boolean {
  const photo = findPhoto(album, id);
  if (!photo) return false;
  const details = applyChange(photo.image.metadata, outbox.corrections.get(id) ?? {});
  return JSON.stringify(applyChange(details, change)) !== JSON.stringify(details);
}
