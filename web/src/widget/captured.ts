/** Corrects the time of capture: the local time and its offset. */

import type { Captured } from '../contract/api';

/** How far a time may lie in the future, because clocks differ. The edge allows the same. */
const CLOCK_SKEW_MS = 60_000;

/** The offset of this desktop's clock at a local time, such as "+13:00". */
export function offsetAt(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (n: number): string => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/**
 * Corrects a time of capture. A time from another zone keeps its offset. A time from this desktop's zone, or without an
 * offset, gets the offset that this desktop's zone had at that time.
 * @param local the value of an `<input type="datetime-local">`: `2026-03-04T08:15`, with or without seconds
 * @returns the corrected time, or why it is refused: it is not a time, or it is in the future
 */
export function correctCapture(
  local: string,
  before: Captured | undefined,
  now: number,
): Captured | 'unclear' | 'future' {
  const full = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(local) ? `${local}:00` : local.slice(0, 19);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(full) || Number.isNaN(Date.parse(`${full}Z`))) return 'unclear';
  const isElsewhere = before?.offset !== undefined && before.offset !== offsetAt(before.local);
  const offset = isElsewhere ? before.offset : offsetAt(full);
  if (Date.parse(`${full}${offset}`) > now + CLOCK_SKEW_MS) return 'future';
  return { local: full, ...(offset === undefined ? {} : { offset }), source: 'clinician' };
}
