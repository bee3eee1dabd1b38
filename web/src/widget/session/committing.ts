/** Hands photos over to the record. */

import type { RecordForm } from '../fhir';
import { applyChange, findPhoto } from './album';
import { readyToCommit } from './api';
import { correct, noteTooLate, removeAllForGood, tell } from './editing';
import { after, only, timestamp, type Deliver, type State, type Step } from './model';
import { imagesOf } from './view';

export function commit(state: State, form: RecordForm, deliver: Deliver): Step {
  const images = readyToCommit(imagesOf(state));
  const { encounter } = state;
  if (state.delivering || !encounter || !images) return only(state);
  const delivering = new Set(images.map(({ id }) => id));
  return after(removeAllForGood({ ...state, delivering, commitProblem: null, tooLate: [] }), (now) => [
    now,
    [{ do: 'deliver', encounter, images, form, deliver }],
  ]);
}

/** The record has the photos. Corrections that were made meanwhile came too late for it. */
export function delivered(state: State, ids: readonly string[]): Step {
  const time = timestamp(state);
  const { late } = state;
  const committed = noted({ ...state, delivering: null, late: new Map() }, ids, time);
  const missed = [...late].filter(([id, change]) => changesAnything(state, id, change));
  const numbers = missed.map(([id]) => findPhoto(state.album, id)?.number ?? 0);
  return [
    tell(numbers.reduce(noteTooLate, committed), { at: time, what: 'committed', count: ids.length }),
    [{ do: 'note-committed', ids, at: time }],
  ];
}

/** Photos are in the record. */
export function noted(state: State, ids: readonly string[], time: string): State {
  return { ...state, committed: new Map([...state.committed, ...ids.map((id) => [id, time] as const)]) };
}

/** Nothing went into the record: corrections that were made meanwhile count like any other. */
export function undelivered(state: State, reason: string): Step {
  const { late } = state;
  return after(
    only({ ...state, delivering: null, late: new Map(), commitProblem: reason }),
    ...[...late].map(
      ([id, change]) =>
        (now: State) =>
          correct(now, id, change),
    ),
  );
}

function changesAnything({ album, outbox }: State, id: string, change: Parameters<typeof applyChange>[1]): boolean {
  const photo = findPhoto(album, id);
  if (!photo) return false;
  const said = applyChange(photo.image.metadata, outbox.corrections.get(id) ?? {});
  return JSON.stringify(applyChange(said, change)) !== JSON.stringify(said);
}
