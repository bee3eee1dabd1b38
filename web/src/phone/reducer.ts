/**
 * The phone page as one pure function: a state and what happened give the
 * next state and what is to be done. Nothing here touches the browser.
 */

import type { TokenResponse } from '../contract/api';
import type { Snapshot } from '../contract/engine';
import type { Chosen, Effect, Event, Screen, State, Step, Trouble } from './model';
import { applyToAll, copyPrevious, describe, noteConsent, restore } from './describing';
import { wayIn } from './typed';
import { alive, batch, currentPhoto, metadataOf, isTagged, photos, room, sendable, settled, unsent } from './select';

export function reduce(state: State, event: Event): Step {
  switch (event.type) {
    case 'boot':
      return boot(state, event);
    case 'link':
      return link(state, event.token);
    case 'another':
      return only({ ...state, screen: 'code', typed: null, notice: null, resume: state.screen });
    case 'typed':
      return typed(state, event.text);
    case 'granted':
      return granted(state, event.session);
    case 'refused':
      return only(
        state.typed === 'asking' ? { ...state, token: null, typed: event.trouble.code } : fail(state, event.trouble),
      );
    case 'switch':
      return state.offered
        ? [
            state,
            [
              { do: 'send', command: { type: 'forget' } },
              { do: 'restart', session: state.offered },
            ],
          ]
        : only(state);
    case 'consented':
      return only({
        ...state,
        consent: { answer: event.answer, at: event.at },
        screen: state.resume ?? 'capture',
        resume: null,
      });
    case 'chosen':
      return choose(state, event.photos);
    case 'pictured':
      return only({
        ...state,
        pictures: { ...state.pictures, [event.id]: { ...state.pictures[event.id], ...event.picture } },
      });
    case 'engine-ready':
      return only({ ...state, engine: 'ready' });
    case 'engine-failed':
      return only(fail({ ...state, engine: 'off' }, { code: event.code, retryable: true }));
    case 'snapshot':
      return only(observe(state, event.snapshot));
    case 'decoder-loading':
      return only({ ...state, decoder: event.share < 1 ? event.share : null });
    case 'review':
      return only({ ...state, screen: 'review', sheet: null, notice: null });
    case 'tag':
      return after(lapse(state), (now) => only(tag(now, event.id)));
    case 'upload':
      return upload(state);
    case 'more':
      return only({ ...state, screen: 'capture', receipt: null, notice: null });
    case 'finish':
      return finish(state);
    case 'back':
      return only(back(state));
    case 'open':
      return only({ ...state, sheet: event.sheet, current: event.id ?? state.current });
    case 'close':
      return only(close(state));
    case 'describe':
      return describe(state, event.id, event.change);
    case 'copy-previous':
      return copyPrevious(state, event.id);
    case 'apply-to-all':
      return after(lapse(state), (now) => applyToAll(now, event.id));
    case 'step':
      return only(walk(state, event.by));
    case 'delete':
      return after(lapse(state), (now) => hide(now, event.id));
    case 'undo':
      return undo(state);
    case 'undo-lapsed':
      return lapse(state);
    case 'cancel':
      return [state, [{ do: 'send', command: { type: 'cancel', id: event.id } }]];
    case 'retry':
      return [
        state,
        [{ do: 'send', command: event.id === undefined ? { type: 'retry' } : { type: 'retry', id: event.id } }],
      ];
    case 'pause':
      return [state, [{ do: 'send', command: { type: 'pause' } }]];
    case 'try-again':
      return tryAgain(state);
    case 'dismiss':
      return only({ ...state, notice: null });
    case 'lifecycle':
      return [
        { ...state, online: event.online },
        state.engine === 'off'
          ? []
          : [{ do: 'send', command: { type: 'lifecycle', visible: event.visible, online: event.online } }],
      ];
  }
}

const only = (state: State): Step => [state, []];

/** Runs a second step after a first and keeps the effects of both, in order. */
function after([state, effects]: Step, next: (state: State) => Step): Step {
  const [then, more] = next(state);
  return [then, [...effects, ...more]];
}

function boot(state: State, event: Extract<Event, { type: 'boot' }>): Step {
  const { token, saved, cameraKilled, online } = event;
  const pending = token ?? (saved.session ? null : (saved.token ?? null));
  if (!event.supported) return only(unsupported({ ...state, online, token: pending, session: saved.session ?? null }));
  if (pending !== null) return [{ ...state, online, token: pending }, [{ do: 'exchange', token: pending }]];
  if (!saved.session) return only({ ...state, online, screen: 'code' });
  const next: State = {
    ...state,
    online,
    session: saved.session,
    engine: 'starting',
    current: saved.current ?? null,
    batch: saved.batch ?? [],
    confirmed: saved.confirmed ?? {},
    receipt: saved.receipt ?? null,
    consent: saved.consent ?? null,
    notice: cameraKilled ? { kind: 'camera-killed' } : null,
  };
  return [
    resume(next, cameraKilled ? 'capture' : (saved.screen ?? 'capture')),
    [{ do: 'start', session: saved.session }],
  ];
}

/** Says what to do before anything else happens; what the tab had is kept for the page that loads next. */
function unsupported(state: State): State {
  return fail({ ...state, engine: 'unsupported' }, { code: 'engine_unsupported', retryable: true });
}

/** Another code in the running page: the screen is remembered, for the code may turn out to be no good. */
function link(state: State, token: string): Step {
  if (state.engine === 'unsupported') return only({ ...state, token });
  return [
    { ...state, screen: 'loading', sheet: null, trouble: null, token, typed: null, resume: working(state) },
    [{ do: 'exchange', token }],
  ];
}

/** What is typed is asked about where it is typed, so that it can be corrected there. */
function typed(state: State, text: string): Step {
  const token = wayIn(text);
  return token === null
    ? only({ ...state, typed: 'malformed' })
    : [{ ...state, token, typed: 'asking' }, [{ do: 'exchange', token }]];
}

/** The screen to come back to: this one, or the one before it where this one is about getting in. */
function working({ screen, resume }: State): Screen | null {
  return screen === 'error' || screen === 'loading' || screen === 'code' ? resume : screen;
}

/** Shows a screen again; one that is about photos waits until the engine has told of them. */
function resume(state: State, screen: Screen): State {
  if (asksConsent(state)) return { ...state, screen: 'consent', resume: screen === 'consent' ? null : screen };
  if (screen === 'success' && state.receipt) return { ...state, screen };
  if (screen === 'review' || screen === 'metadata' || screen === 'uploading')
    return { ...state, screen: 'loading', resume: screen };
  return { ...state, screen: 'capture' };
}

function asksConsent(state: State): boolean {
  return state.session !== null && state.session.consent !== 'off' && state.consent === null;
}

function granted(state: State, session: TokenResponse): Step {
  const another = state.session !== null && state.session.encounterId !== session.encounterId;
  if (another && unsent(state).length > 0) {
    return only({ ...fail({ ...state, token: null }, { code: 'other_patient', retryable: false }), offered: session });
  }
  if (another && state.engine !== 'off') return [state, [{ do: 'restart', session }]];
  const next: State = {
    ...state,
    token: null,
    typed: null,
    session,
    trouble: null,
    closed: false,
    engine: state.engine === 'off' ? 'starting' : state.engine,
  };
  const screen: Screen = unsent(next).length > 0 ? 'review' : 'capture';
  return [
    asksConsent(next) ? { ...next, screen: 'consent', resume: null } : { ...next, screen, resume: null },
    [{ do: 'start', session }],
  ];
}

function fail(state: State, trouble: Trouble): State {
  return { ...state, screen: 'error', sheet: null, trouble, typed: null, resume: working(state) };
}

function tryAgain(state: State): Step {
  const behind = state.resume ?? 'capture';
  if (state.engine === 'unsupported') return [state, [{ do: 'reload' }]];
  if (state.token !== null)
    return [{ ...state, screen: 'loading', trouble: null }, [{ do: 'exchange', token: state.token }]];
  if (!state.session) return only(state);
  const next: State = { ...state, trouble: null, screen: behind, resume: null };
  if (state.engine === 'off') return [{ ...next, engine: 'starting' }, [{ do: 'start', session: state.session }]];
  return [next, [{ do: 'send', command: { type: 'retry' } }]];
}

/** Leaves the trouble with another code behind: the session that was here goes on. */
function giveUpCode(state: State): State {
  return alive(state)
    ? {
        ...state,
        screen: state.resume ?? 'capture',
        resume: null,
        trouble: null,
        token: null,
        typed: null,
        offered: null,
      }
    : state;
}

function choose(state: State, offered: readonly Chosen[]): Step {
  const accepted = offered.slice(0, room(state).left);
  const refused = offered.slice(accepted.length);
  const notice =
    refused.length > 0 ? ({ kind: 'too-many', added: accepted.length, offered: offered.length } as const) : null;
  const next: State = {
    ...state,
    chosen: [...state.chosen, ...accepted],
    notice,
    screen: state.sheet === 'camera' || unsent(state).length + accepted.length === 0 ? state.screen : 'review',
  };
  const effects = [
    ...accepted.map((photo): Effect => ({ do: 'add', photo })),
    ...refused.map((photo): Effect => ({ do: 'release', id: photo.id })),
  ];
  return after([next, effects], (now) => noteConsent(now, accepted));
}

/** Takes in what the engine says; a finished upload or the end of the session moves the page on. */
function observe(state: State, snapshot: Snapshot): State {
  const first = state.snapshot === null;
  const confirmed = { ...state.confirmed };
  for (const photo of snapshot.photos) if (photo.confirmedAt !== undefined) confirmed[photo.id] = photo.confirmedAt;
  const known = new Set(snapshot.photos.map((photo) => photo.id));
  const chosen = state.chosen.filter((photo) => !known.has(photo.id));
  const decoder = snapshot.photos.some((photo) => photo.state === 'compressing') ? state.decoder : null;
  let next: State = { ...state, snapshot, decoder, confirmed, chosen };
  if (first) next = meet(next, snapshot, state.chosen);
  if (snapshot.phase === 'stopped' && !next.closed && next.screen !== 'success' && next.screen !== 'error') {
    return fail(next, {
      code: snapshot.problem?.code ?? 'session_expired',
      retryable: snapshot.problem?.retryable ?? false,
    });
  }
  return settle(next);
}

const UNDER_WAY = new Set(['queued', 'signing', 'sending', 'confirming']);

/** The first word of the engine: photos of an earlier page may be back, some of them on their way. */
function meet(state: State, snapshot: Snapshot, justChosen: readonly Chosen[]): State {
  const active = snapshot.photos.filter((photo) => UNDER_WAY.has(photo.state)).map((photo) => photo.id);
  const batchNow = [...new Set([...state.batch, ...active])];
  const waits = state.screen === 'loading' || state.screen === 'consent';
  const target = active.length > 0 ? 'uploading' : state.resume;
  const restored = unsent(state).filter(({ id }) => !justChosen.some((photo) => photo.id === id)).length;
  const next: State = { ...state, batch: batchNow };
  if (state.screen === 'consent') return { ...next, resume: target };
  if (waits || active.length > 0) {
    const empty = photos(next).length === 0 && batchNow.length === 0;
    return { ...next, screen: empty || target === null ? 'capture' : target, resume: null };
  }
  return restored > 0 && state.notice === null ? { ...next, notice: { kind: 'restored', count: restored } } : next;
}

/** Ends an upload whose every photo is confirmed, cancelled or gone. */
function settle(state: State): State {
  if (state.batch.length === 0 || (state.screen !== 'uploading' && state.screen !== 'review')) return state;
  const open = batch(state).some((photo) => !settled(photo) && photo.state !== 'cancelled');
  if (open) return state;
  const times = state.batch.flatMap((id) => state.confirmed[id] ?? []).sort();
  const at = times.at(-1);
  if (at === undefined) return { ...state, batch: [], screen: unsent(state).length > 0 ? 'review' : 'capture' };
  if (state.screen === 'review' && unsent(state).length > 0) return state;
  const gallery = batch(state).some((photo) => photo.source === 'gallery' && photo.state === 'confirmed');
  return {
    ...state,
    batch: [],
    screen: 'success',
    sheet: null,
    undo: null,
    notice: null,
    receipt: { count: times.length, at, gallery },
  };
}

function tag(state: State, id: string | undefined): State {
  const list = unsent(state);
  const untagged = list.find((photo) => !isTagged(metadataOf(state, photo.id)));
  const current = id ?? untagged?.id ?? list[0]?.id;
  return current === undefined ? state : { ...state, screen: 'metadata', sheet: null, notice: null, current };
}

function walk(state: State, by: 1 | -1): State {
  const list = unsent(state);
  const at = list.findIndex((photo) => photo.id === currentPhoto(state)?.id);
  const next = list[at + by];
  return next ? { ...state, current: next.id } : state;
}

function upload(state: State): Step {
  return after(lapse(state), (now) => {
    const list = sendable(now);
    if (list.length === 0) return only({ ...now, notice: { kind: 'nothing-to-send' } });
    // A batch that was paused goes on: what it has sent counts.
    const arrived = now.batch.filter((id) => now.confirmed[id] !== undefined);
    const again = list.filter((photo) => photo.state === 'cancelled' || photo.state === 'failed');
    return [
      {
        ...now,
        screen: 'uploading',
        sheet: null,
        notice: null,
        receipt: null,
        batch: [...arrived, ...list.map((photo) => photo.id)],
      },
      [
        { do: 'send', command: { type: 'upload', ids: list.map(({ id }) => id) } },
        ...again.map(({ id }): Effect => ({ do: 'send', command: { type: 'retry', id } })),
      ],
    ];
  });
}

function finish(state: State): Step {
  return [
    { ...state, screen: 'success', closed: true, sheet: null, notice: null, undo: null, trouble: null },
    [
      { do: 'send', command: { type: 'forget' } },
      ...photos(state).map(({ id }): Effect => ({ do: 'release', id })),
      { do: 'erase' },
    ],
  ];
}

/** Where the back button leads from each screen; null: it leaves the page. */
export function behind(state: State): Screen | null {
  switch (state.screen) {
    case 'review':
      return 'capture';
    case 'metadata':
    case 'uploading':
      return 'review';
    case 'success':
      return state.closed ? null : 'capture';
    case 'code':
    case 'error':
      return alive(state) ? (state.resume ?? 'capture') : null;
    case 'loading':
    case 'consent':
    case 'capture':
      return null;
  }
}

function back(state: State): State {
  if (state.sheet) return close(state);
  if (state.screen === 'metadata') {
    const earlier = walk(state, -1);
    if (earlier !== state) return earlier;
  }
  if (state.screen === 'error' || state.screen === 'code') return giveUpCode(state);
  const screen = behind(state);
  return screen === null ? state : { ...state, screen, notice: null, trouble: null };
}

/** Closing the camera with photos in it goes on to look at them. */
function close(state: State): State {
  const screen = state.sheet === 'camera' && unsent(state).length > 0 ? 'review' : state.screen;
  return { ...state, sheet: null, screen };
}

/** Hides a photo; it is taken out for good when the time for undoing has passed. */
function hide(state: State, id: string): Step {
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

function undo(state: State): Step {
  if (state.undo?.kind === 'apply') return restore(state, state.undo.before);
  if (state.undo?.kind !== 'delete') return only(state);
  const { id } = state.undo;
  const screen = state.screen === 'capture' ? 'review' : state.screen;
  return only({ ...state, screen, undo: null, removed: state.removed.filter((other) => other !== id) });
}

/** The time for undoing has passed. */
function lapse(state: State): Step {
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
