/**
 * The corrections and removals of one encounter's photos that the edge does not
 * have yet. Plain data and pure functions.
 */

import type { MetadataChange } from '../image';
import { add, drop, omit } from './sets';

export interface Outbox {
  readonly corrections: ReadonlyMap<string, MetadataChange>;
  /** Removed for good. A list that was requested before may still name them. */
  readonly gone: ReadonlySet<string>;
  /** Those of them that the edge has not removed yet. */
  readonly removals: ReadonlySet<string>;
  /** How many calls are on their way for a photo: one at a time, so that they arrive in order, unless the page goes. */
  readonly sending: ReadonlyMap<string, number>;
}

export const emptyOutbox: Outbox = {
  corrections: new Map(),
  gone: new Set(),
  removals: new Set(),
  sending: new Map(),
};

/** Returns the photos with unsent changes. */
export function pending({ corrections, removals }: Outbox): string[] {
  return [...corrections.keys(), ...removals];
}

export function isPending({ corrections, removals }: Outbox, id: string): boolean {
  return corrections.has(id) || removals.has(id);
}

export function addCorrection(outbox: Outbox, id: string, change: MetadataChange): Outbox {
  const corrections = new Map(outbox.corrections).set(id, { ...outbox.corrections.get(id), ...change });
  return { ...outbox, corrections };
}

/** Removes a photo for good, and drops its unsent corrections. */
export function addRemoval(outbox: Outbox, id: string): Outbox {
  return {
    ...outbox,
    corrections: omit(outbox.corrections, id),
    gone: add(outbox.gone, id),
    removals: add(outbox.removals, id),
  };
}

export function markSending(outbox: Outbox, id: string): Outbox {
  return { ...outbox, sending: new Map(outbox.sending).set(id, (outbox.sending.get(id) ?? 0) + 1) };
}

export function markSent(outbox: Outbox, id: string): Outbox {
  const left = (outbox.sending.get(id) ?? 0) - 1;
  return { ...outbox, sending: left > 0 ? new Map(outbox.sending).set(id, left) : omit(outbox.sending, id) };
}

/** Records that the edge has a correction. Changes made since it was sent remain. */
export function confirmCorrection(outbox: Outbox, id: string, sent: MetadataChange): Outbox {
  const waiting = Object.entries(outbox.corrections.get(id) ?? {}).filter(
    ([field, value]) => sent[field as keyof MetadataChange] !== value,
  );
  const corrections =
    waiting.length > 0
      ? new Map(outbox.corrections).set(id, Object.fromEntries(waiting))
      : omit(outbox.corrections, id);
  return { ...outbox, corrections };
}

export function confirmRemoval(outbox: Outbox, id: string): Outbox {
  return { ...outbox, removals: drop(outbox.removals, id) };
}

/** The edge refused for good. A photo whose removal it refused is shown again, if the list still has it. */
export function giveUp(outbox: Outbox, id: string, isThere: boolean): Outbox {
  const showsAgain = isThere && outbox.removals.has(id);
  return {
    ...outbox,
    corrections: omit(outbox.corrections, id),
    removals: drop(outbox.removals, id),
    gone: showsAgain ? drop(outbox.gone, id) : outbox.gone,
  };
}

/** Merges two outboxes of the same encounter. For each photo, `later` takes precedence. */
export function mergeOutboxes(earlier: Outbox, later: Outbox): Outbox {
  const gone = new Set([...earlier.gone, ...later.gone]);
  const corrections = new Map(earlier.corrections);
  for (const [id, change] of later.corrections) corrections.set(id, { ...corrections.get(id), ...change });
  for (const id of gone) corrections.delete(id);
  const sending = new Map(earlier.sending);
  for (const [id, calls] of later.sending) sending.set(id, (sending.get(id) ?? 0) + calls);
  return { corrections, gone, removals: new Set([...earlier.removals, ...later.removals]), sending };
}
