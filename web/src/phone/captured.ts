import type { Captured } from '../contract/api';

/** A moment as the clock on the wall shows it: never converted to UTC. */
export function captured(at: Date): Captured {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  return { local, offset: offsetOf(-at.getTimezoneOffset()), source: 'camera' };
}

function offsetOf(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
