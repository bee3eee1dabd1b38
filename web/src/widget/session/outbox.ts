/**
 * The corrections and removals of one encounter's photos that the edge does not
 * have yet. Plain data and pure functions.
 */

import type { MetadataChange } from '../image';
import { add, drop, omit } from './sets';

/** A correction as it was sent. The edge makes one of the same id once, so it can be repeated. */
export interface Attempt {
  readonly changeId: string;
  readonly change: MetadataChange;
}

export interface Outbox {
  readonly corrections: ReadonlyMap<string, MetadataChange>;
  /** The part of them that was sent and has no definite response yet. */
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** Removed for good. A list that was requested before may still name them. */
  readonly gone: ReadonlySet<string>;
  /** Those of them that the edge has not removed yet. */
  readonly removals: ReadonlySet<string>;
  /** How many calls are on their way for a photo: one at a time, so that they arrive in order, unless the page goes. */
  readonly sending: ReadonlyMap<string, number>;
}

export const emptyOutbox: Outbox = {
  corrections: new Map(),
  attempts: new Map(),
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
    attempts: omit(outbox.attempts, id),
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

export function addAttempt(outbox: Outbox, id: string, attempt: Attempt): Outbox {
  return { ...outbox, attempts: new Map(outbox.attempts).set(id, attempt) };
}

/** Returns what has changed since a correction was sent. */
export function changedSince({ corrections }: Outbox, id: string, sent: MetadataChange): MetadataChange {
  const waiting = Object.entries(corrections.get(id) ?? {}).filter(
    ([field, value]) => sent[field as keyof MetadataChange] !== value,
  );
  return Object.fromEntries(waiting);
}

/** The edge has made a correction or has refused it. Changes made since it was sent remain. */
export function settleCorrection(outbox: Outbox, id: string, { changeId, change }: Attempt): Outbox {
  const waiting = changedSince(outbox, id, change);
  const isEmpty = Object.keys(waiting).length === 0;
  return {
    ...outbox,
    corrections: isEmpty ? omit(outbox.corrections, id) : new Map(outbox.corrections).set(id, waiting),
    attempts: outbox.attempts.get(id)?.changeId === changeId ? omit(outbox.attempts, id) : outbox.attempts,
  };
}

export function confirmRemoval(outbox: Outbox, id: string): Outbox {
  return { ...outbox, removals: drop(outbox.removals, id) };
}

/** The photo is gone: nothing more is sent for it. */
export function dropChanges(outbox: Outbox, id: string): Outbox {
  return {
    ...outbox,
    corrections: omit(outbox.corrections, id),
    attempts: omit(outbox.attempts, id),
    removals: drop(outbox.removals, id),
  };
}

/** The edge refused for good what was sent. A photo whose removal it refused is shown again. */
export function giveUp(outbox: Outbox, id: string): Outbox {
  const refused = outbox.attempts.get(id);
  if (refused) return settleCorrection(outbox, id, refused);
  const isRemoval = outbox.removals.has(id);
  return { ...dropChanges(outbox, id), gone: isRemoval ? drop(outbox.gone, id) : outbox.gone };
}

/** Merges two outboxes of the same encounter. For each photo, `later` takes precedence. */
export function mergeOutboxes(earlier: Outbox, later: Outbox): Outbox {
  const gone = new Set([...earlier.gone, ...later.gone]);
  const corrections = new Map(earlier.corrections);
  for (const [id, change] of later.corrections) corrections.set(id, { ...corrections.get(id), ...change });
  const attempts = new Map([...earlier.attempts, ...later.attempts]);
  for (const id of gone) {
    corrections.delete(id);
    attempts.delete(id);
  }
  const sending = new Map(earlier.sending);
  for (const [id, calls] of later.sending) sending.set(id, (sending.get(id) ?? 0) + calls);
  return { corrections, attempts, gone, removals: new Set([...earlier.removals, ...later.removals]), sending };
}
