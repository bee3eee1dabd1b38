/** Sends corrections and removals, one call at a time for each photo. */

import type { DesktopAccess } from '../../api/desktop';
import { findPhoto } from './album';
import { after, only, type Effect, type State, type Step } from './model';
import { isPending, markSending, pending } from './outbox';

/** Waits between the tries once the screen is gone. */
const RESTS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000] as const;

/** Sends what the edge is to learn about a photo, unless a call is on its way, whose end sends the rest. */
export function send(state: State, id: string): Step {
  const { access, outbox } = state;
  // What this desktop alone holds is sent when the edge lists it again.
  if (!access || outbox.sending.has(id) || !isPending(outbox, id) || findPhoto(state.album, id)?.local) {
    return only(state);
  }
  if (state.now < state.quietUntil) return only(state); // it is sent after the next list
  return call(state, access, id);
}

function call(state: State, access: DesktopAccess, id: string): Step {
  const { opening, outbox } = state;
  const change = outbox.corrections.get(id);
  const effect: Effect = change
    ? { do: 'correct', opening, access, id, change }
    : { do: 'remove', opening, access, id };
  return [{ ...state, outbox: markSending(outbox, id) }, [effect]];
}

export function sendAll(state: State): Step {
  return after(only(state), ...pending(state.outbox).map((id) => (now: State) => send(now, id)));
}

/**
 * The page goes: sends all that is pending now, also of photos with a call on its way since before. A call that is
 * repeated does no harm, and one that waits for another to end may never be made. A session that is opened again may
 * live: details of its photos are sent too.
 */
export function sendLast(state: State, onTheirWay: ReadonlyMap<string, number>): Step {
  const access = state.access ?? state.former;
  if (!access) return only(state);
  const steps = pending(state.outbox).map((id) => (now: State) => {
    const isSent = now.outbox.sending.has(id) && !onTheirWay.has(id);
    const isOver = now.status === 'ended' && findPhoto(now.album, id)?.local;
    return isSent || isOver ? only(now) : call(now, access, id);
  });
  return after(only(state), ...steps);
}

/** The screen is gone: sends again after a while, until nothing is left or it was tried often enough. */
export function rest(state: State): Step {
  if (state.outbox.sending.size > 0) return only(state);
  const ms = RESTS_MS[state.rests];
  if (pending(state.outbox).length === 0 || ms === undefined) return [state, [{ do: 'finish' }]];
  const wait = Math.max(ms, state.quietUntil - state.now);
  return [{ ...state, rests: state.rests + 1 }, [{ do: 'wait', timer: 'rest', ms: wait, due: { type: 'rest-due' } }]];
}
