/** What happened in a session, as this desktop saw it. */

export type Happening =
  | 'opened'
  | 'joined'
  | 'arrived'
  | 'described'
  | 'derived'
  | 'annotated'
  | 'removed'
  | 'restored'
  | 'committed'
  | 'exported'
  | 'ended';

/** How photos were exported. */
export type ExportWay = 'saved' | 'zip' | 'pdf' | 'clipboard' | 'shared' | 'dragged';

export interface TimelineEntry {
  /** RFC 3339. */
  at: string;
  what: Happening;
  /** The photo's number, where one is meant. */
  photo?: number;
  /** How many photos, where several are meant. */
  count?: number;
  /** Which photos were exported, and how. */
  photos?: readonly number[];
  way?: ExportWay;
}

/** Corrections of one photo that follow each other this closely are one. */
const ONE_EDIT_MS = 60_000;

/** The timeline with more entries, in the order of their times. */
export function extend(timeline: readonly TimelineEntry[], more: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (more.length === 0) return timeline;
  const all = [...timeline];
  for (const entry of more) {
    const at = all.findLastIndex((earlier) => Date.parse(earlier.at) <= Date.parse(entry.at));
    const before = all[at];
    if (before && isSameEdit(before, entry)) all[at] = entry;
    else all.splice(at + 1, 0, entry);
  }
  return all;
}

function isSameEdit(a: TimelineEntry, b: TimelineEntry): boolean {
  return (
    a.what === 'described' &&
    b.what === 'described' &&
    a.photo === b.photo &&
    Date.parse(b.at) - Date.parse(a.at) < ONE_EDIT_MS
  );
}
