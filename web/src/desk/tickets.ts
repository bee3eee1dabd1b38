/**
 * The launches of this browser whose photos may not be in the record yet. The gateway encrypts the tickets, so nothing
 * about a patient can be read from them here.
 */

const KEY = 'photobridge:launches';
const COMMITTED = 'photobridge:in-record';
/** More than the launches in the twelve hours for which a ticket is valid, and more than their photos. */
const LIMITS = { [KEY]: 100, [COMMITTED]: 1000 } as const;

export function tickets(): string[] {
  return read(KEY, isText);
}

export function keepTicket(ticket: string): void {
  const others = tickets().filter((one) => one !== ticket);
  write(KEY, [...others, ticket]);
}

/**
 * Ids of photos that went into the record from this browser, with the time. They are random and contain nothing of a
 * patient.
 */
export function inRecord(): ReadonlyMap<string, string> {
  return new Map(read(COMMITTED, isEntry));
}

export function noteInRecord(imageId: string, time: string): void {
  write(COMMITTED, [...new Map([...inRecord(), [imageId, time]])]);
}

function read<T>(key: keyof typeof LIMITS, isOne: (value: unknown) => value is T): T[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter(isOne) : [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

function write(key: keyof typeof LIMITS, values: readonly unknown[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(values.slice(-LIMITS[key])));
  } catch {
    // Without storage, earlier launches are not offered.
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isEntry(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isText);
}
