/** The part of the reducer that takes photos out, with a few seconds to undo it. */

import { restore } from './describing';
import type { State, Step } from './model';
import { settle } from './observing';
import { unsent } from './select';
import { only } from './steps';

/** Hides a photo; it is taken out for good when the time for undoing has passed. */
export function hide(state: State, id: string): Step {
  const list = unsent(state);
  const at = list.findIndex((photo) => photo.id === id);
  const neighbour = list[at + 1] ?? list[at - 1];
  const next: State = {
    ...state,
    removed: [...state.removed, id],
    undo: { kind: 'delete', id },
    current: state.current === id ? (neighbour?.id ?? null) : state.current,
    sheet: state.sheet === 'photo' ? null : state.sheet,
  };
  const nothingLeft = unsent(next).length === 0 && (next.screen === 'review' || next.screen === 'metadata');
  return only(settle(nothingLeft ? { ...next, screen: 'capture' } : next));
}

export function undo(state: State): Step {
  if (state.undo?.kind === 'apply') return restore(state, state.undo.before);
  if (state.undo?.kind !== 'delete') return only(state);
  const { id } = state.undo;
  const screen = state.screen === 'capture' ? 'review' : state.screen;
  return only({ ...state, screen, undo: null, removed: state.removed.filter((other) => other !== id) });
}

/** Makes a deletion final: the time to undo it is over. */
export function lapse(state: State): Step {
  if (state.undo?.kind !== 'delete') return only(state.undo ? { ...state, undo: null } : state);
  const { id } = state.undo;
  return [
    { ...state, undo: null, chosen: state.chosen.filter((photo) => photo.id !== id) },
    [
      { do: 'send', command: { type: 'remove', id } },
      { do: 'release', id },
    ],
  ];
}
