/** Sends corrections and removals, one call at a time for each photo. */

import type { DesktopAccess } from '../../api/desktop';
import { findPhoto } from './album';
import { after, only, type State, type Step } from './model';
import { addAttempt, addCorrection, changedSince, isPending, markSending, pending, type Attempt } from './outbox';

/** Pauses between the attempts after the screen has closed. */
const RESTS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000] as const;

/** Sends a photo's changes, unless a call for it is running. The end of that call sends the rest. */
export function send(state: State, id: string): Step {
  const { access, outbox } = state;
  // What this desktop alone holds is sent when the edge lists it again.
  if (!access || outbox.sending.has(id) || !isPending(outbox, id) || findPhoto(state.album, id)?.local) {
    return only(state);
  }
  if (state.now < state.quietUntil) return only(state); // it is sent after the next list
  return call(state, access, id, outbox.attempts.get(id));
}

/** Repeats an attempt, or makes one of all corrections of a photo, or removes it. */
function call(state: State, access: DesktopAccess, id: string, repeated: Attempt | undefined): Step {
  const { outbox, screen, sentCorrections } = state;
  // A response to former credentials is not about the session that is being opened.
  const opening = state.access ? state.opening : state.opening - 1;
  const sending: State = { ...state, outbox: markSending(outbox, id) };
  const change = outbox.corrections.get(id);
  if (!change) return [sending, [{ do: 'remove', opening, access, id }]];
  const attempt = repeated ?? { changeId: `${screen}-${sentCorrections}`, change };
  return [
    { ...sending, outbox: addAttempt(sending.outbox, id, attempt), sentCorrections: sentCorrections + 1 },
    [{ do: 'correct', opening, access, id, attempt }],
  ];
}

export function sendAll(state: State): Step {
  return after(only(state), ...pending(state.outbox).map((id) => (now: State) => send(now, id)));
}

/**
 * Sends everything that is pending, because the page is closing. It does not wait for running calls: repeating a call
 * is harmless, and a call that waits may never be made. It also sends changes while a session is being opened again,
 * because that session may still be open.
 */
export function sendLast(state: State, onTheirWay: ReadonlyMap<string, number>): Step {
  const access = state.access ?? state.former;
  if (!access) return only(state);
  const steps = pending(state.outbox).map((id) => (now: State) => {
    const isSent = now.outbox.sending.has(id) && !onTheirWay.has(id);
    const isOver = now.status === 'ended' && findPhoto(now.album, id)?.local;
    return isSent || isOver ? only(now) : call(now, access, id, completeAttempt(now, id));
  });
  return after(only(state), ...steps);
}

/** Returns the attempt that has all corrections of a photo, if it was made. */
function completeAttempt({ outbox }: State, id: string): Attempt | undefined {
  const attempt = outbox.attempts.get(id);
  return attempt && Object.keys(changedSince(outbox, id, attempt.change)).length === 0 ? attempt : undefined;
}

/**
 * Lets the corrections count that wait for the end of a commit, because the screen or the page is closing: the page may
 * never hear of that end, and the encounter's next screen may have a later word.
 */
export function countLate(state: State): Step {
  const late = [...state.late].filter(([id]) => findPhoto(state.album, id)?.made !== true);
  const outbox = late.reduce((now, [id, change]) => addCorrection(now, id, change), state.outbox);
  return only({ ...state, outbox, lateSent: new Set(late.map(([id]) => id)) });
}

/** Sends a closed screen's remaining changes again after a pause, until none are left or the pauses are used up. */
export function rest(state: State): Step {
  if (state.outbox.sending.size > 0) return only(state);
  const ms = RESTS_MS[state.rests];
  if (pending(state.outbox).length === 0 || ms === undefined) return [state, [{ do: 'finish' }]];
  const wait = Math.max(ms, state.quietUntil - state.now);
  return [{ ...state, rests: state.rests + 1 }, [{ do: 'wait', timer: 'rest', ms: wait, due: { type: 'rest-due' } }]];
}
