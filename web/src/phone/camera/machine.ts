/**
 * The camera inside the page as a pure function: a state and an event give the next state and what is to be done.
 * There is at most one request for a stream at a time, because a request cannot be taken back: what it brings is
 * used if it is still wanted, and stopped otherwise. A stream is stopped before the next one is asked for.
 */

import { best, choices, type Lens } from './lens';

/** `stopped`: it was lost again and again. */
export type CameraFailure = 'denied' | 'missing' | 'busy' | 'stopped';

export type Stream =
  | { is: 'off' }
  /** The browser opens a lens, or asks the person first. Null: the browser chooses one at the back. */
  | { is: 'asking'; lens: string | null }
  /** `muted`: a call or another app has taken the camera for a while. */
  | { is: 'live'; lens: string | null; muted: boolean; frame: boolean };

export interface CameraState {
  open: boolean;
  visible: boolean;
  stream: Stream;
  failure: CameraFailure | null;
  /** The lens that is wanted; null until one is known to be better than the browser's choice. */
  lens: string | null;
  lenses: readonly Lens[];
  /** Lenses that could not be opened. */
  broken: readonly string[];
  /** How often the stream was lost since the last photo. */
  lost: number;
  shooting: boolean;
  /** The last press of the shutter gave no photo. */
  missed: boolean;
}

export const initialCamera: CameraState = {
  open: false,
  visible: true,
  stream: { is: 'off' },
  failure: null,
  lens: null,
  lenses: [],
  broken: [],
  lost: 0,
  shooting: false,
  missed: false,
};

export type CameraEvent =
  /** The sheet opens; `lens` is the one that was chosen last on this phone. */
  | { type: 'open'; visible: boolean; lens: string | null }
  | { type: 'close' }
  | { type: 'visible'; visible: boolean }
  | { type: 'retry' }
  | { type: 'choose'; lens: string }
  /** The response to `ask`. */
  | { type: 'opened'; lens: string | null; lenses: readonly Lens[]; muted: boolean }
  | { type: 'refused'; failure: CameraFailure }
  /** What the open stream reports. */
  | { type: 'frame' }
  | { type: 'muted'; muted: boolean }
  | { type: 'ended' }
  | { type: 'shutter' }
  /** The response to `shoot`. */
  | { type: 'shot' }
  | { type: 'missed' };

export type CameraEffect =
  | { do: 'ask'; lens: string | null }
  | { do: 'stop' }
  /** Reports the next frame. */
  | { do: 'watch' }
  | { do: 'shoot' };

export type CameraStep = readonly [CameraState, readonly CameraEffect[]];

/** How often a lost stream is opened again before the person is asked. */
const MAX_LOST = 3;

export function step(state: CameraState, event: CameraEvent): CameraStep {
  switch (event.type) {
    case 'open':
      return settle({ ...fresh(state), open: true, visible: event.visible, lens: state.lens ?? event.lens });
    case 'close':
      return settle({ ...state, open: false, missed: false });
    case 'visible':
      return settle({ ...(event.visible && !state.visible ? fresh(state) : state), visible: event.visible });
    case 'retry':
      return settle(fresh(state));
    case 'choose':
      return settle({ ...fresh(state), lens: event.lens });
    case 'opened':
      return watched(settle(opened(state, event)));
    case 'refused':
      return settle(refused(state, event.failure));
    case 'frame':
      return [live(state, { frame: true }), []];
    case 'muted':
      return muted(state, event.muted);
    case 'ended':
      return settle(ended(state));
    case 'shutter':
      return canShoot(state) ? [{ ...state, shooting: true, missed: false }, [{ do: 'shoot' }]] : [state, []];
    case 'shot':
      return [{ ...state, shooting: false, lost: 0 }, []];
    case 'missed':
      return [{ ...state, shooting: false, missed: state.open }, []];
  }
}

/** The shutter works only while the picture on the screen is what the lens sees. */
export function canShoot({ stream, shooting }: CameraState): boolean {
  return stream.is === 'live' && stream.frame && !stream.muted && !shooting;
}

/** Stops and asks, so that the stream is the one that is wanted. */
function settle(state: CameraState): CameraStep {
  const wanted = state.open && state.visible && state.failure === null;
  const effects: CameraEffect[] = [];
  let { stream } = state;
  if (stream.is === 'live' && (!wanted || (state.lens !== null && state.lens !== stream.lens))) {
    effects.push({ do: 'stop' });
    stream = { is: 'off' };
  }
  if (stream.is === 'off' && wanted) {
    effects.push({ do: 'ask', lens: state.lens });
    stream = { is: 'asking', lens: state.lens };
  }
  return [{ ...state, stream }, effects];
}

/** Waits for the first frame of a stream that is kept. */
function watched([state, effects]: CameraStep): CameraStep {
  const waits = state.stream.is === 'live' && !state.stream.muted;
  return [state, waits ? [...effects, { do: 'watch' }] : effects];
}

/** Without what went wrong earlier: a person or the phone gives it another chance. */
function fresh(state: CameraState): CameraState {
  return { ...state, failure: null, broken: [], lost: 0, missed: false };
}

function opened(state: CameraState, { lens, lenses, muted }: CameraEvent & { type: 'opened' }): CameraState {
  const asked = state.stream.is === 'asking' ? state.stream.lens : null;
  const usable = lenses.filter(({ id }) => !state.broken.includes(id));
  const given = asked ?? lens;
  const wanted = state.lens ?? (lens === null ? null : (best(usable)?.id ?? null));
  return {
    ...state,
    failure: null,
    lenses: choices(usable),
    lens: wanted,
    stream: { is: 'live', lens: given, muted, frame: false },
  };
}

/** A lens that does not open is left aside, and the browser chooses another. */
function refused(state: CameraState, failure: CameraFailure): CameraState {
  const asked = state.stream.is === 'asking' ? state.stream.lens : null;
  const off: CameraState = { ...state, stream: { is: 'off' } };
  if (asked === null || failure === 'denied') return { ...off, failure };
  return { ...off, broken: [...state.broken, asked], lens: state.lens === asked ? null : state.lens };
}

function muted(state: CameraState, now: boolean): CameraStep {
  if (state.stream.is !== 'live') return [state, []];
  // The frame on the screen is from before: the next one counts.
  return [live(state, { muted: now, frame: false }), now ? [] : [{ do: 'watch' }]];
}

function ended(state: CameraState): CameraState {
  if (state.stream.is !== 'live') return state;
  const lost = state.lost + 1;
  return { ...state, stream: { is: 'off' }, lost, failure: lost > MAX_LOST ? 'stopped' : null };
}

function live(state: CameraState, change: { muted?: boolean; frame?: boolean }): CameraState {
  return state.stream.is === 'live' ? { ...state, stream: { ...state.stream, ...change } } : state;
}
