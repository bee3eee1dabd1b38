/** The one table of body sites and sides, shared with Go (shared/bodysites.json). */

import type { Laterality } from './contract/api';
import table from '../../shared/bodysites.json';

export interface BodySite {
  /** The stable name on the wire. */
  readonly id: string;
  /** English. */
  readonly label: string;
  /** SNOMED CT. */
  readonly code: string;
  readonly display: string;
  readonly lateralityApplies: boolean;
}

export interface LateralityEntry {
  readonly id: Laterality;
  /** English. */
  readonly label: string;
  /** SNOMED CT; null where nothing is coded. */
  readonly code: string | null;
  readonly display: string | null;
}

/** The code system of every site and side. */
export const SNOMED = table.system;

/** The common sites, from head to foot, which are shown without a search. */
export const COMMON_SITES: readonly BodySite[] = table.sites;

/** All sites: the common ones, and those that only the search finds. */
export const BODY_SITES: readonly BodySite[] = [...table.sites, ...table.more];

export const LATERALITIES: readonly LateralityEntry[] = table.lateralities.map((entry) => {
  if (!isLaterality(entry.id)) throw new TypeError(`shared/bodysites.json: unknown laterality ${entry.id}`);
  return { ...entry, id: entry.id };
});

function isLaterality(id: string): id is Laterality {
  return id === 'left' || id === 'right' || id === 'bilateral' || id === 'na';
}

/** Looks a site up by its id. */
export function findBodySite(id: string | undefined): BodySite | undefined {
  return BODY_SITES.find((site) => site.id === id);
}

/** Returns the text for comparison: without accents, in lower case. */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim();

/** Returns the sites whose label contains the text. Without a text, it returns the common ones. */
export function searchSites(query: string, labelOf: (site: BodySite) => string): readonly BodySite[] {
  const wanted = fold(query);
  return wanted === '' ? COMMON_SITES : BODY_SITES.filter((site) => fold(labelOf(site)).includes(wanted));
}
