/** Building blocks of the reducer. */

import type { Screen, State, Step, Trouble } from './model';

/** A step without effects. */
export const only = (state: State): Step => [state, []];

/** Runs a second step after a first and keeps the effects of both, in order. */
export function after([state, effects]: Step, next: (state: State) => Step): Step {
  const [then, more] = next(state);
  return [then, [...effects, ...more]];
}

/** Shows what went wrong. The screen before it is remembered. */
export function fail(state: State, trouble: Trouble): State {
  return { ...state, screen: 'error', sheet: null, trouble, typed: null, number: null, resume: working(state) };
}

/** The screen to come back to: this one, or the one before it where this one is about getting in. */
export function working({ screen, resume: before }: State): Screen | null {
  return screen === 'error' || screen === 'loading' || screen === 'code' || screen === 'waiting' ? before : screen;
}
