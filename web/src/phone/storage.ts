/** What this tab keeps over a reload (sessionStorage), and what this phone prefers (localStorage). */

import type { Saved, State } from './model';
import { erasesAt, type Times } from './retention';

const SESSION = 'photobridge';
const PICKING = 'photobridge-picking';
const LIVE_CAMERA = 'photobridge-live-camera';
const LENS = 'photobridge-lens';
const RECENT_SITES = 'photobridge-recent-sites';
const RECENT_LIMIT = 5;

export function savedOf(state: State): Saved {
  const { token, session, screen, current, batch, confirmed, receipt, consent, removed, resume, closed } = state;
  const parked = state.parked.map((one) => one.session);
  const kept: Saved = { ...(token === null ? {} : { token }), ...(parked.length === 0 ? {} : { parked }) };
  if (closed || session === null) return kept;
  const passing = screen === 'loading' || screen === 'code' || screen === 'error' || screen === 'consent';
  return {
    ...kept,
    session,
    screen: passing ? (resume ?? 'capture') : screen,
    ...(current === null ? {} : { current }),
    batch,
    confirmed,
    ...(receipt === null ? {} : { receipt }),
    ...(consent === null ? {} : { consent }),
    ...(removed.length === 0 ? {} : { removed }),
  };
}

let written = '';

/** Called on every change of the page; writes when there is something new. */
export function save(saved: Saved, times: Times): void {
  const text = JSON.stringify({ ...saved, ...times });
  if (text === written) return;
  written = text;
  write(() => sessionStorage, SESSION, text);
}

/** Returns what this tab kept. What may not be kept any more is erased instead. */
export function load(now: number): { saved: Saved; times: Times } {
  const stored = readStored();
  const times: Times = {
    usedAt: Number(stored.usedAt ?? now),
    ...(stored.endedAt === undefined ? {} : { endedAt: stored.endedAt }),
  };
  if (erasesAt(times) > now) return { saved: stored, times };
  erase();
  return { saved: {}, times: { usedAt: now } };
}

function readStored(): Saved & Partial<Times> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(SESSION) ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

export function erase(): void {
  written = '';
  write(() => sessionStorage, SESSION, null);
  write(() => sessionStorage, PICKING, null);
}

/** Marks that the phone's own camera is open: Android may end the page meanwhile. */
export function markPicking(open: boolean): void {
  write(() => sessionStorage, PICKING, open ? '1' : null);
}

/** Whether the page ended while the phone's camera was open; asks once. */
export function takePicking(): boolean {
  const was = read(() => sessionStorage, PICKING) !== null;
  markPicking(false);
  return was;
}

/** Whether the person last used the camera inside the page. */
export function prefersLiveCamera(): boolean {
  return read(() => localStorage, LIVE_CAMERA) === '1';
}

export function preferLiveCamera(live: boolean): void {
  write(() => localStorage, LIVE_CAMERA, live ? '1' : null);
}

/** The id of the lens that the camera inside the page used last. */
export function preferredLens(): string | null {
  return read(() => localStorage, LENS);
}

export function preferLens(id: string): void {
  write(() => localStorage, LENS, id);
}

/** Ids of the sites used last, newest first: of this phone, not of a patient. */
export function recentSites(): string[] {
  return (read(() => localStorage, RECENT_SITES) ?? '').split(' ').filter(Boolean);
}

export function rememberSite(id: string): void {
  const ids = [id, ...recentSites().filter((other) => other !== id)].slice(0, RECENT_LIMIT);
  write(() => localStorage, RECENT_SITES, ids.join(' '));
}

// Storage can be switched off or full, and then even naming it throws; the page works without.
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // As above.
  }
}
