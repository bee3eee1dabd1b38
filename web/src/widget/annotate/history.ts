/** What can be undone and done again. */

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

export function beginning<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** Goes on from here; what was undone cannot be done again. `joins`: undone together with the change before. */
export function changed<T>({ past, now }: History<T>, next: T, joins = false): History<T> {
  return { past: joins && past.length > 0 ? past : [...past, now], now: next, future: [] };
}

export function undone<T>(history: History<T>): History<T> {
  const { past, now, future } = history;
  if (past.length === 0) return history;
  return { past: past.slice(0, -1), now: past.at(-1) as T, future: [now, ...future] };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (history.future.length === 0) return history;
  return { past: [...history.past, history.now], now: next as T, future };
}
