/** The part of the reducer for the details of photos. */

import { MAX_LABEL, type Metadata } from '../contract/api';
import { chooseSite } from '../place';
import { plainLine, plainText } from '../text';
import type { Change, Chosen, Effect, State, Step } from './model';
import { currentPhoto, metadataOf, previousTagged, unsent } from './select';

export function describe(state: State, id: string, change: Change): Step {
  const usualKind = change.kind === undefined ? state.usualKind : change.kind;
  return write({ ...state, usualKind }, { [id]: amend(metadataOf(state, id), change, state.session?.limits.maxNotes) });
}

/**
 * Gives a photo without details the kind that was chosen last. Its
 * chip shows it, and a tap takes it back. A view is not carried over: it differs
 * from photo to photo.
 */
export function presetKind(state: State): Step {
  const photo = currentPhoto(state);
  if (!photo || state.screen !== 'metadata' || state.usualKind === null || state.drafts[photo.id]) return [state, []];
  if (metadataOf(state, photo.id).kind !== undefined) return [state, []];
  return describe(state, photo.id, { kind: state.usualKind });
}

/** Site and side of the nearest earlier photo that has them. */
export function copyPrevious(state: State, id: string): Step {
  const previous = previousTagged(state, id);
  if (!previous) return [state, []];
  return describe(state, id, placeOf(previous.metadata));
}

/** Gives every photo this one's site and side; notes and view stay each photo's own. */
export function applyToAll(state: State, id: string): Step {
  const place = placeOf(metadataOf(state, id));
  const others = unsent(state).filter((photo) => photo.id !== id);
  const before = Object.fromEntries(others.map((photo) => [photo.id, metadataOf(state, photo.id)]));
  const after = Object.fromEntries(others.map((photo) => [photo.id, amend(metadataOf(state, photo.id), place)]));
  const [next, effects] = write(state, after);
  return [{ ...next, undo: { kind: 'apply', count: others.length, before } }, effects];
}

export function restore(state: State, before: Readonly<Record<string, Metadata>>): Step {
  const [next, effects] = write(state, before);
  return [{ ...next, undo: null }, effects];
}

/** What is known of photos when they are taken: when that was, and the patient's agreement. */
export function noteTaken(state: State, taken: readonly Pick<Chosen, 'id' | 'captured'>[]): Step {
  const consentAt = state.consent?.answer === 'given' ? state.consent.at : undefined;
  const known = taken.flatMap(({ id, captured }): [string, Metadata][] => {
    if (captured === undefined && consentAt === undefined) return [];
    return [[id, { ...metadataOf(state, id), ...(captured && { captured }), ...(consentAt && { consentAt }) }]];
  });
  return write(state, Object.fromEntries(known));
}

function write(state: State, changed: Readonly<Record<string, Metadata>>): Step {
  const effects = Object.entries(changed).map(
    ([id, metadata]): Effect => ({ do: 'send', command: { type: 'describe', id, metadata } }),
  );
  return [{ ...state, drafts: { ...state.drafts, ...changed } }, effects];
}

function placeOf({ bodySite, laterality }: Metadata): Change {
  return { bodySite: bodySite ?? null, laterality: laterality ?? null };
}

/** Sets and clears fields. Choosing a site without naming a side may change the side too. */
function amend(metadata: Metadata, change: Change, maxNotes = Infinity): Metadata {
  const next: Metadata = { ...metadata };
  const { laterality, bodySite, view, kind, label, sensitive, notes } = change;
  if (bodySite !== undefined) put(next, 'bodySite', bodySite);
  if (view !== undefined) put(next, 'view', view);
  if (kind !== undefined) put(next, 'kind', kind);
  if (sensitive !== undefined) put(next, 'sensitive', sensitive || null);
  if (label !== undefined) put(next, 'label', [...plainLine(label ?? '')].slice(0, MAX_LABEL).join('') || null);
  if (notes !== undefined) put(next, 'notes', notes ? [...plainText(notes)].slice(0, maxNotes).join('') || null : null);
  if (laterality !== undefined) put(next, 'laterality', laterality);
  else if (bodySite) put(next, 'laterality', { ...metadata, ...chooseSite(metadata, bodySite) }.laterality);
  return next;
}

function put<Field extends keyof Metadata>(metadata: Metadata, field: Field, value: Metadata[Field] | null): void {
  if (value === null || value === undefined) delete metadata[field];
  else metadata[field] = value;
}
