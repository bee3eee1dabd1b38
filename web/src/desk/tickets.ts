/**
 * The launches of this browser whose photos may not be in the record yet. Tickets are sealed by the gateway: nothing
 * of a patient can be read from them here.
 */

const KEY = 'photobridge:launches';
const COMMITTED = 'photobridge:in-record';
/** More than a browser launches in the twelve hours that a ticket lasts. */
const LIMIT = 100;

export function tickets(): string[] {
  return read(KEY);
}

export function keepTicket(ticket: string): void {
  write(KEY, ticket);
}

/** Ids of photos that went into the record from this browser: random, and of no patient. */
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
    // Without storage an earlier launch is not offered again.
  }
}
