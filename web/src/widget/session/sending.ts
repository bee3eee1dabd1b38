/** Sends corrections and removals, one call at a time for each photo. */

import { findPhoto } from './album';
import { after, only, type Effect, type State, type Step } from './model';
import { isPending, markSending, pending } from './outbox';

/** Waits between the tries once the screen is gone. */
const RESTS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000] as const;

/** Sends what the edge is to learn about a photo, unless a call is on its way, whose end sends the rest. */
export function send(state: State, id: string): Step {
  const { access, opening, outbox } = state;
  // What this desktop alone holds is sent when the edge lists it again.
  if (!access || outbox.sending.has(id) || !isPending(outbox, id) || findPhoto(state.album, id)?.local) {
    return only(state);
  }
  const change = outbox.corrections.get(id);
  const call: Effect = change ? { do: 'correct', opening, access, id, change } : { do: 'remove', opening, access, id };
  return [{ ...state, outbox: markSending(outbox, id) }, [call]];
}

export function sendAll(state: State): Step {
  return after(only(state), ...pending(state.outbox).map((id) => (now: State) => send(now, id)));
}

/** The screen is gone: sends again after a while, until nothing is left or it was tried often enough. */
export function rest(state: State): Step {
  if (state.outbox.sending.size > 0) return only(state);
  const ms = RESTS_MS[state.rests];
  if (pending(state.outbox).length === 0 || ms === undefined) return [state, [{ do: 'finish' }]];
  return [{ ...state, rests: state.rests + 1 }, [{ do: 'wait', timer: 'rest', ms, due: { type: 'rest-due' } }]];
}
