/** Times as FHIR R4 writes them (https://hl7.org/fhir/R4/datatypes.html#dateTime). */

import type { Captured } from '../../contract/api';

/** A dateTime: with the offset where it is known, the day alone where it is not, since a time needs an offset. */
export function dateTimeOf({ local, offset }: Captured): string {
  return offset === undefined || offset === '' ? local.slice(0, 10) : `${local}${offset}`;
}

/**
 * An instant in this desktop's own time. In UTC, a morning in New Zealand has the date of the day before, and some
 * systems read the date alone.
 */
export function instantOf(time: string): string {
  const at = new Date(time);
  const minutes = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${local}${minutes < 0 ? '-' : '+'}${two(hour)}:${two(minute)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');
