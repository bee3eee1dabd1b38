/**
 * The phone page as one pure function: a state and an event give the next state
 * and what is to be done. Nothing here touches the browser.
 */

import { applyToAll, copyPrevious, describe, noteTaken, presetKind } from './describing';
import { boot, consented, enter, giveUpCode, granted, link, refused, tryAgain, typed, waits } from './entering';
import { finish, over } from './leaving';
import type { Chosen, Effect, Event, EventOf, Screen, State, Step } from './model';
import { observe } from './observing';
import { hide, lapse, undo } from './removing';
import { alive, batch, currentPhoto, isTagged, metadataOf, room, runs, samePatient, sendable, unsent } from './select';
import { after, fail, only } from './steps';

const HANDLERS: { [Type in Event['type']]: (state: State, event: EventOf<Type>) => Step } = {
  boot,
  link: (state, { token }) => link(state, token),
  another: (state) => only({ ...state, screen: 'code', typed: null, notice: null, resume: state.screen }),
  typed: (state, { text }) => typed(state, text),
  waits,
  granted,
  refused,
  switch: (state) => (state.offered ? enter(state, state.offered, 'capture') : only(state)),
  return: (state, { session }) => enter(state, session, 'review'),
  over: (state, { unused }) => over(unused ? { ...state, parked: [] } : state),
  consented,
  chosen,
  pictured: (state, { id, picture }) =>
    only({ ...state, pictures: { ...state.pictures, [id]: { ...state.pictures[id], ...picture } } }),
  'engine-ready': (state) =>
    only({ ...state, engine: 'ready', parked: state.parked.map((one) => ({ ...one, seen: false })) }),
  'engine-failed': (state, { code }) => only(fail({ ...state, engine: 'off' }, { code, retryable: true })),
  snapshot: (state, { snapshot }) => observe(state, snapshot),
  'decoder-loading': (state, { share }) => only({ ...state, decoder: share < 1 ? share : null }),
  review: (state) => only({ ...state, screen: 'review', sheet: null, notice: null }),
  tag: (state, { id }) => after(lapse(state), (now) => presetKind(tag(now, id))),
  upload,
  more: (state) => only({ ...state, screen: 'capture', receipt: null, notice: null }),
  finish,
  back: (state) => only(back(state)),
  open: (state, { sheet, id }) => only({ ...state, sheet, current: id ?? state.current }),
  close: (state) => only(close(state)),
  describe: (state, { id, change }) => describe(state, id, change),
  'copy-previous': (state, { id }) => copyPrevious(state, id),
  'apply-to-all': (state, { id }) => after(lapse(state), (now) => applyToAll(now, id)),
  step: (state, { by }) => presetKind(walk(state, by)),
  delete: (state, { id }) => after(lapse(state), (now) => hide(now, id)),
  undo,
  'undo-lapsed': lapse,
  cancel: (state, { id }) => [state, [{ do: 'send', command: { type: 'cancel', id } }]],
  retry,
  pause: (state) => [state, [{ do: 'send', command: { type: 'pause' } }]],
  'try-again': tryAgain,
  dismiss: (state) => only({ ...state, notice: null }),
  lifecycle: (state, { visible, online }) => [
    { ...state, online },
    runs(state) ? [{ do: 'send', command: { type: 'lifecycle', visible, online } }] : [],
  ],
};

export function reduce<Type extends Event['type']>(state: State, event: EventOf<Type>): Step {
  const handle: (state: State, event: EventOf<Type>) => Step = HANDLERS[event.type as Type];
  return handle(state, event);
}

/** Tries one photo again, or all of the upload that stopped. */
function retry(state: State, { id }: EventOf<'retry'>): Step {
  const stopped = batch(state).filter(
    (photo) => photo.state === 'cancelled' || (photo.state === 'failed' && photo.problem?.retryable !== false),
  );
  const ids = id === undefined ? stopped.map((photo) => photo.id) : [id];
  return [state, ids.map((one): Effect => ({ do: 'send', command: { type: 'retry', id: one } }))];
}

/** Takes in photos. If the page has turned to another patient since, they are not added, and a notice says so. */
function chosen(state: State, { photos, session }: EventOf<'chosen'>): Step {
  if (session === undefined || (state.session !== null && samePatient(state.session, session))) {
    return choose(state, photos);
  }
  const notice = state.session === null ? state.notice : ({ kind: 'other-patient', count: photos.length } as const);
  return [{ ...state, notice }, photos.map(({ id }): Effect => ({ do: 'release', id }))];
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
  return after([next, effects], (now) => noteTaken(now, accepted));
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
    // A batch that was paused resumes: what it has sent counts.
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
    case 'waiting':
      return alive(state) && state.token !== null ? (state.resume ?? 'capture') : null;
    case 'consent':
    case 'capture':
      return null;
  }
}

/** Screens about getting in. */
const ENTERING = new Set<Screen>(['error', 'code', 'waiting', 'loading']);

function back(state: State): State {
  if (state.sheet) return close(state);
  if (state.screen === 'metadata') {
    const earlier = walk(state, -1);
    if (earlier !== state) return earlier;
  }
  if (ENTERING.has(state.screen)) return giveUpCode(state);
  const screen = behind(state);
  return screen === null ? state : { ...state, screen, notice: null, trouble: null };
}

/** Closing the camera with photos in it leads to Review. */
function close(state: State): State {
  const screen = state.sheet === 'camera' && unsent(state).length > 0 ? 'review' : state.screen;
  return { ...state, sheet: null, screen };
}
