/** The part of the reducer that takes photos out, with a few seconds to undo it. */

import { restore } from './describing';
import type { Effect, State, Step } from './model';
import { settle } from './observing';
import { underWay, unsent } from './select';
import { only } from './steps';

const send = (command: Extract<Effect, { do: 'send' }>['command']): Effect => ({ do: 'send', command });

/**
 * Hides a photo; it is taken out for good when the time for undoing has passed. One that would be sent meanwhile is
 * stopped.
 */
export function hide(state: State, id: string): Step {
  const list = unsent(state);
  const at = list.findIndex((photo) => photo.id === id);
  const neighbour = list[at + 1] ?? list[at - 1];
  const photo = list[at];
  const stopped = photo !== undefined && underWay(state, photo);
  const next: State = {
    ...state,
    removed: [...state.removed, id],
    undo: { kind: 'delete', id, stopped },
    current: state.current === id ? (neighbour?.id ?? null) : state.current,
    sheet: state.sheet === 'photo' ? null : state.sheet,
  };
  const nothingLeft = unsent(next).length === 0 && (next.screen === 'review' || next.screen === 'metadata');
  return [settle(nothingLeft ? { ...next, screen: 'capture' } : next), stopped ? [send({ type: 'cancel', id })] : []];
}

/** Takes the last act back. A photo that was stopped is sent again, but a pause stays. */
export function undo(state: State): Step {
  if (state.undo?.kind === 'apply') return restore(state, state.undo.before);
  if (state.undo?.kind !== 'delete') return only(state);
  const { id, stopped } = state.undo;
  const screen = state.screen === 'capture' ? 'review' : state.screen;
  const pause = state.snapshot?.phase === 'paused' ? [send({ type: 'pause' })] : [];
  return [
    { ...state, screen, undo: null, removed: state.removed.filter((other) => other !== id) },
    stopped ? [send({ type: 'retry', id }), ...pause] : [],
  ];
}

/** Makes a deletion final: the time to undo it is over. */
export function lapse(state: State): Step {
  if (state.undo?.kind !== 'delete') return only(state.undo ? { ...state, undo: null } : state);
  const { id } = state.undo;
  return [
    { ...state, undo: null, chosen: state.chosen.filter((photo) => photo.id !== id) },
    [send({ type: 'remove', id }), { do: 'release', id }],
  ];
}
