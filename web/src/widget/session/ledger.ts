/**
 * Which photos are in the record already. Kept for the life of the tab, so
 * that a reload or a look at another patient does not offer them again. It
 * holds random image ids and times, nothing of a patient.
 */

const KEY = 'photobridge:committed';
/** Far more than a tab sees in a day; the oldest are forgotten. */
const LIMIT = 1000;

/** Is called with photos that went into the record, whichever screen of this page put them there. */
export type Noted = (ids: readonly string[], at: string) => void;

const listeners = new Set<Noted>();

export class Ledger {
  readonly #times: Map<string, string>;

  constructor(private readonly storage: Storage | undefined = tabStorage()) {
    this.#times = new Map(read(storage));
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

  add(ids: readonly string[], at: string): void {
    // Another widget of the tab may have written since.
    for (const [id, time] of read(this.storage)) this.#times.set(id, time);
    for (const id of ids) this.#times.set(id, at);
    const newest = [...this.#times].slice(-LIMIT);
    try {
      this.storage?.setItem(KEY, JSON.stringify(newest));
    } catch {
      // A full or forbidden storage: memory serves until the page goes.
    }
    for (const listener of listeners) listener(ids, at);
  }
}

function read(storage: Storage | undefined): [string, string][] {
  try {
    const entries: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string';
}

/** A sandboxed frame has none, and says so by throwing. */
function tabStorage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
