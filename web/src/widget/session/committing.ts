/** Hands photos over to the record. */

import type { RecordForm } from '../fhir';
import { readyToCommit } from './api';
import { removeAllForGood, tell } from './editing';
import { after, only, timestamp, type Deliver, type State, type Step } from './model';
import { imagesOf } from './view';

export function commit(state: State, form: RecordForm, deliver: Deliver): Step {
  const images = readyToCommit(imagesOf(state));
  const { encounter } = state;
  if (state.committing || !encounter || !images) return only(state);
  return after(removeAllForGood({ ...state, committing: true, commitProblem: null }), (now) => [
    now,
    [{ do: 'deliver', encounter, images, form, deliver }],
  ]);
}

export function delivered(state: State, ids: readonly string[], at: number): Step {
  const time = timestamp(at);
  const committed = new Map(state.committed);
  for (const id of ids) committed.set(id, time);
  return [
    tell({ ...state, committing: false, committed }, { at: time, what: 'committed', count: ids.length }),
    [{ do: 'note-committed', ids, at: time }],
  ];
}

export function undelivered(state: State, reason: string): Step {
  return only({ ...state, committing: false, commitProblem: reason });
}
