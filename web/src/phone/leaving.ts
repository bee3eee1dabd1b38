/** The part of the reducer that ends a session on this phone. */

import { initialState, type State, type Step } from './model';

/** The person is done: nothing of the session stays on the phone. */
export function finish(state: State): Step {
  return close(state, 'done');
}

/** The time that anything may stay on the phone is over. */
export function over(state: State): Step {
  return close(state, 'over');
}

function close(state: State, closed: 'done' | 'over'): Step {
  const { session, engine, online, snapshot, parked } = state;
  return [
    { ...initialState, session, engine, online, snapshot, parked, screen: 'success', closed },
    [{ do: 'send', command: { type: 'forget' } }, { do: 'release-all' }, { do: 'erase' }],
  ];
}
