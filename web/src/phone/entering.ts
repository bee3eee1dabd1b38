/** The part of the reducer that is about getting into a session, from one patient to another, and out. */

import type { HeldGrant } from '../api/client';
import { noteTaken } from './describing';
import { initialState, type Effect, type EventOf, type Parked, type Screen, type State, type Step } from './model';
import { lapse } from './removing';
import { alive, runs, samePatient, unsent } from './select';
import { after, fail, only, working } from './steps';
import { codeFrom } from './typed';

export function boot(state: State, event: EventOf<'boot'>): Step {
  const { saved, cameraKilled, online } = event;
  const token = event.token ?? saved.token ?? null;
  const parked = (saved.parked ?? []).map((session): Parked => ({ session, seen: false }));
  // Done with one patient while another one's photos wait: those are what is left to do.
  const session = saved.session ?? (token === null ? parked.pop()?.session : undefined);
  const next: State = { ...state, online, parked };
  if (!event.supported) return only(unsupported({ ...next, token, session: session ?? null }));
  const starts = [...parked.map((one) => one.session), ...(session ? [session] : [])].map(starting);
  if (session === undefined) {
    return token === null
      ? only({ ...next, screen: 'code' })
      : [{ ...next, token, engine: starts.length > 0 ? 'starting' : 'off' }, [...starts, { do: 'exchange', token }]];
  }
  const restored: State = {
    ...next,
    session,
    engine: 'starting',
    current: saved.current ?? null,
    batch: saved.batch ?? [],
    confirmed: saved.confirmed ?? {},
    receipt: saved.receipt ?? null,
    consent: saved.consent ?? null,
    removed: saved.removed ?? [],
    notice: cameraKilled ? { kind: 'camera-killed' } : null,
  };
  const screen = cameraKilled ? 'capture' : (saved.screen ?? (saved.session ? 'capture' : 'review'));
  const removals = restored.removed.map((id): Effect => ({ do: 'send', command: { type: 'remove', id } }));
  return after([resume(restored, screen), [...starts, ...removals]], (now) =>
    token === null ? only(now) : link(now, token),
  );
}

const starting = (session: HeldGrant): Effect => ({ do: 'start', session });

/** Says what to do before anything else happens; what the tab had is kept for the page that loads next. */
function unsupported(state: State): State {
  return fail({ ...state, engine: 'unsupported' }, { code: 'engine_unsupported', retryable: true });
}

/** Another code in the running page. The screen is remembered: the code may turn out to be no good. */
export function link(state: State, token: string): Step {
  if (state.engine === 'unsupported') return only({ ...state, token });
  const next: State = { ...state, screen: 'loading', sheet: null, trouble: null, token, typed: null };
  return [{ ...next, resume: working(state) }, [{ do: 'exchange', token }]];
}

/** A typed code is checked where it was typed, so that it can be corrected there. */
export function typed(state: State, text: string): Step {
  const token = codeFrom(text);
  return token === null
    ? only({ ...state, typed: 'malformed' })
    : [{ ...state, token, typed: 'asking' }, [{ do: 'exchange', token }]];
}

/** Shows a screen again. One that is about photos waits until the engine has reported them. */
function resume(state: State, screen: Screen): State {
  if (asksConsent(state)) return { ...state, screen: 'consent', resume: screen === 'consent' ? null : screen };
  if (screen === 'success' && state.receipt) return { ...state, screen };
  const aboutPhotos = screen === 'review' || screen === 'metadata' || screen === 'uploading';
  if (!aboutPhotos) return { ...state, screen: 'capture', resume: null };
  return state.snapshot === null ? { ...state, screen: 'loading', resume: screen } : { ...state, screen, resume: null };
}

function asksConsent(state: State): boolean {
  return state.session !== null && state.session.consent !== 'off' && state.consent === null;
}

/** The phone waits to be admitted. Where a typed code led here, the Code screen is behind it. */
export function waits(state: State, { token, number }: EventOf<'waits'>): Step {
  if (token !== state.token) return only(state);
  return only({ ...state, screen: 'waiting', typed: null, number, resume: working(state) });
}

/** The response to an exchange. One that is no longer wanted changes nothing. */
export function granted(state: State, { token, session }: EventOf<'granted'>): Step {
  if (token !== state.token) return only(state);
  const now: State = { ...state, token: null, typed: null, number: null };
  if (now.session === null || now.closed) return enter(now, session, 'capture');
  if (samePatient(now.session, session)) return rejoin(now, session);
  if (now.snapshot !== null && unsent(now).length > 0) {
    return only({ ...fail(now, { code: 'other_patient', retryable: false }), offered: session });
  }
  return enter(now, session, 'capture');
}

export function refused(state: State, { token, trouble }: EventOf<'refused'>): Step {
  if (token !== state.token) return only(state);
  if (state.typed === 'asking') return only({ ...state, token: null, typed: trouble.code });
  if (state.number !== null && trouble.code === 'token_invalid') {
    return only(fail({ ...state, token: null, number: null }, { code: 'not_admitted', retryable: false }));
  }
  return only(fail({ ...state, token: trouble.retryable ? token : null }, trouble));
}

/** Takes a newer grant of the current session, which keeps its photos. */
function rejoin(state: State, session: HeldGrant): Step {
  const next: State = { ...state, session, trouble: null, engine: runs(state) ? state.engine : 'starting' };
  const screen: Screen = unsent(next).length > 0 ? 'review' : 'capture';
  const shown: State = asksConsent(next) ? { ...next, screen: 'consent' } : { ...next, screen };
  return [{ ...shown, resume: null }, [starting(session)]];
}

/**
 * Turns the page to a patient. Nothing of the one before is carried over, since
 * the state starts from the initial one. Unsent photos stay with the engine, and
 * their session is parked: it is the way back.
 */
export function enter(state: State, session: HeldGrant, screen: Screen): Step {
  return after(lapse(state), (left) => {
    const next: State = {
      ...initialState,
      session,
      online: left.online,
      engine: runs(left) ? left.engine : 'starting',
      parked: park(left, session),
    };
    const releases: Effect[] = left.session === null ? [] : [{ do: 'release-all' }];
    return [resume(next, screen), [...releases, starting(session)]];
  });
}

function park(state: State, next: HeldGrant): readonly Parked[] {
  const { session } = state;
  const leaves = session !== null && !state.closed && (state.snapshot === null || unsent(state).length > 0);
  const all = leaves ? [...state.parked, { session, seen: false }] : state.parked;
  const last = new Map(all.map((one) => [JSON.stringify(identityOf(one.session)), one]));
  return [...last.values()].filter((one) => !samePatient(one.session, next));
}

const identityOf = ({ facilityId, patientId, encounterId }: HeldGrant) => [facilityId, patientId, encounterId];

export function consented(state: State, { answer, at }: EventOf<'consented'>): Step {
  const next: State = { ...state, consent: { answer, at }, screen: state.resume ?? 'capture', resume: null };
  const again = unsent(next).filter((photo) => photo.problem?.code === 'consent_required');
  return after(noteTaken(next, unsent(next)), (now) => [
    now,
    again.map(({ id }): Effect => ({ do: 'send', command: { type: 'retry', id } })),
  ]);
}

export function tryAgain(state: State): Step {
  if (state.engine === 'unsupported') return [state, [{ do: 'reload' }]];
  if (state.token !== null) {
    return [{ ...state, screen: 'loading', trouble: null }, [{ do: 'exchange', token: state.token }]];
  }
  if (!state.session) return only(state);
  const next: State = { ...state, trouble: null, screen: state.resume ?? 'capture', resume: null };
  if (state.engine === 'off') return [{ ...next, engine: 'starting' }, [starting(state.session)]];
  return [next, [{ do: 'send', command: { type: 'retry' } }]];
}

/** Drops another code: the current session continues, and a late response to that code is ignored. */
export function giveUpCode(state: State): State {
  if (!alive(state)) return state;
  const next: State = { ...state, trouble: null, token: null, typed: null, number: null, offered: null };
  return resume(next, state.resume ?? 'capture');
}
