/** The time of capture as a clinician corrects it: the clock on the wall, and its offset. */

import type { Captured } from '../contract/api';

/** Clocks of two computers differ; the edge allows as much. */
const CLOCK_SKEW_MS = 60_000;

/** The offset of this desktop's clock at a local time, such as "+13:00". */
export function offsetAt(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (n: number): string => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/**
 * Corrects a time of capture. A time that was known elsewhere keeps its offset; one of this desktop's zone, or of none,
 * gets the offset that this desktop's clock had then.
 * @param local as an `<input type="datetime-local">` gives it: `2026-03-04T08:15`, with seconds or without
 * @returns what is wrong with it, if it is no time or lies in the future
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
