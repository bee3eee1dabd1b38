/** The history of a value, for undo and redo. */

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

export function beginning<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** Adds a change, and discards the undone ones. With `joins`, undo reverts it together with the previous change. */
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
