/**
 * How long a patient's data may stay on the phone: one hour after the session has ended, and twelve hours after the
 * page was last used. An unattended receipt closes itself sooner. The engine also erases photos one hour after the end.
 * Its other limit is twelve hours after the page opened the session (KeepAfterJoin in wasm/upload/session.go), whether
 * the page is used or not.
 */

import type { State } from './model';
import { unsent } from './select';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const KEEP_AFTER_END_MS = HOUR;
export const KEEP_UNUSED_MS = 12 * HOUR;
export const RECEIPT_MS = 10 * MINUTE;

/** A phone that slept fires no timer: the time is also checked when the page is looked at again. */
const LONGEST_TIMER_MS = HOUR;

/** On the phone's clock; only differences of it count. */
export interface Times {
  /** When the person last did something. */
  usedAt: number;
  /** When the session was found to be over. */
  endedAt?: number;
}

/** Returns when everything has to be gone. */
export function erasesAt({ usedAt, endedAt }: Times): number {
  return Math.min(usedAt + KEEP_UNUSED_MS, (endedAt ?? Infinity) + KEEP_AFTER_END_MS);
}

export type Due = { type: 'finish' } | { type: 'over'; unused: boolean };

/** Returns when something is due without anybody doing anything, and what. */
export function dueOf(state: State, times: Times): { at: number; event: Due } | null {
  const unused = { at: times.usedAt + KEEP_UNUSED_MS, event: { type: 'over', unused: true } } as const;
  if (state.session === null || state.closed) return state.parked.length > 0 ? unused : null;
  const over = erasesAt(times);
  const receipt = times.usedAt + RECEIPT_MS;
  const unattended = state.screen === 'success' && state.receipt !== null && unsent(state).length === 0;
  if (unattended && receipt < over) return { at: receipt, event: { type: 'finish' } };
  return over < unused.at ? { at: over, event: { type: 'over', unused: false } } : unused;
}

/** Keeps the limits for a page. */
export class Retention {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: State | undefined;

  constructor(
    public times: Times,
    private readonly onDue: (event: Due) => void,
  ) {}

  /** Notes that the person did something. */
  used(): void {
    this.times = { ...this.times, usedAt: Date.now() };
  }

  /** Takes in the state after each change. */
  observe(state: State): void {
    const before = this.#state;
    this.#state = state;
    // A page that was loaded again does not know yet what it knew of this session.
    if (state.snapshot === null && !state.closed && (!before || before.session === state.session)) {
      this.#schedule();
      return;
    }
    const ended = state.snapshot?.phase === 'stopped' && !state.closed;
    if (!ended) this.times = { usedAt: this.times.usedAt };
    else if (this.times.endedAt === undefined) this.times = { ...this.times, endedAt: Date.now() };
    this.#schedule();
  }

  /** Does what is due. */
  check(): void {
    const due = this.#state && dueOf(this.#state, this.times);
    if (due && due.at <= Date.now()) this.onDue(due.event);
    else this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const due = this.#state && dueOf(this.#state, this.times);
    if (!due) return;
    const wait = Math.min(Math.max(0, due.at - Date.now()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.check(), wait);
  }
}
