/**
 * Which photos are in the record already, and why others are not. Kept for the life of the tab, so that a reload or a
 * look at another patient does not offer them again. It holds random image ids, times and the host's reasons.
 */

import type { CommitProblem } from '../record/results';

const KEY = 'photobridge:committed';
const PROBLEMS = 'photobridge:not-committed';
/** Far more than a tab sees in a day; the oldest are forgotten. */
const LIMIT = 1000;

/** Is called with photos that went into the record, whichever screen of this page put them there. */
export type Noted = (ids: readonly string[], at: string) => void;

const listeners = new Set<Noted>();

export class Ledger {
  readonly #times: Map<string, string>;
  readonly #problems: Map<string, CommitProblem>;

  constructor(private readonly storage: Storage | undefined = tabStorage()) {
    this.#times = new Map(read(storage, KEY, isTime));
    this.#problems = new Map(read(storage, PROBLEMS, isProblem));
  }

  /** Why photos that were handed over are not in the record. */
  get notKept(): ReadonlyMap<string, CommitProblem> {
    return new Map(this.#problems);
  }

  /** When each photo went into the record. */
  get times(): ReadonlyMap<string, string> {
    return new Map(this.#times);
  }

  /** Listens until the returned function is called. */
  listen(listener: Noted): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Takes over what went into the record elsewhere. What is known here already stays. */
  seed(times: ReadonlyMap<string, string>): void {
    for (const [id, time] of times) if (!this.#times.has(id)) this.#times.set(id, time);
    this.#save();
  }

  /** @param failed why others are not in the record */
  add(ids: readonly string[], at: string, failed: ReadonlyMap<string, CommitProblem> = new Map()): void {
    // Another widget of the tab may have written since.
    for (const [id, time] of read(this.storage, KEY, isTime)) this.#times.set(id, time);
    for (const id of ids) this.#times.set(id, at);
    for (const [id, problem] of [...read(this.storage, PROBLEMS, isProblem), ...failed])
      this.#problems.set(id, problem);
    this.#save();
    for (const listener of listeners) listener(ids, at);
  }

  #save(): void {
    for (const id of this.#times.keys()) this.#problems.delete(id);
    try {
      this.storage?.setItem(KEY, JSON.stringify([...this.#times].slice(-LIMIT)));
      this.storage?.setItem(PROBLEMS, JSON.stringify([...this.#problems].slice(-LIMIT)));
    } catch {
      // A full or forbidden storage: memory serves until the page goes.
    }
  }
}

function read<T>(storage: Storage | undefined, key: string, isValue: (value: unknown) => value is T): [string, T][] {
  try {
    const entries: unknown = JSON.parse(storage?.getItem(key) ?? '[]');
    return Array.isArray(entries) ? entries.filter((one): one is [string, T] => isEntry(one) && isValue(one[1])) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is [string, unknown] {
  return Array.isArray(entry) && typeof entry[0] === 'string';
}

function isTime(value: unknown): value is string {
  return typeof value === 'string';
}

function isProblem(value: unknown): value is CommitProblem {
  const { code, detail } = (value ?? {}) as Partial<Record<keyof CommitProblem, unknown>>;
  return typeof code === 'string' && typeof detail === 'string';
}

/** A sandboxed frame has none, and says so by throwing. */
function tabStorage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
