/**
 * The launches of this browser whose photos may not be in the record yet. The gateway encrypts the tickets, so nothing
 * about a patient can be read from them here.
 */

const KEY = 'photobridge:launches';
const COMMITTED = 'photobridge:in-record';
/** More than the launches in the twelve hours for which a ticket is valid. */
const LIMIT = 100;

export function tickets(): string[] {
  return read(KEY);
}

export function keepTicket(ticket: string): void {
  write(KEY, ticket);
}

/** Ids of photos that went into the record from this browser. They are random and contain nothing of a patient. */
export function inRecord(): ReadonlySet<string> {
  return new Set(read(COMMITTED));
}

export function noteInRecord(imageId: string): void {
  write(COMMITTED, imageId);
}

function read(key: string): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

function write(key: string, value: string): void {
  try {
    const others = read(key).filter((one) => one !== value);
    localStorage.setItem(key, JSON.stringify([...others, value].slice(-LIMIT)));
  } catch {
    // Without storage, earlier launches are not offered.
  }
}
