/** Where on the body: the rule that ties a side to a site, and both in words. The phone and the widget share it. */

import { findBodySite } from './bodysites';
import type { Laterality, Metadata } from './contract/api';

export type Place = Pick<Metadata, 'bodySite' | 'laterality'>;

/** Reports whether a site has sides. A site that this version does not know may have them. */
export function isSided(site: string): boolean {
  return findBodySite(site)?.lateralityApplies ?? true;
}

/**
 * Returns what changes when a site is chosen. A site without sides sets the
 * side to "not applicable"; a site with sides takes that back, unless it was
 * recorded for another site with sides. Null removes the side.
 */
export function chooseSite(
  { bodySite, laterality }: Place,
  site: string,
): { bodySite: string; laterality?: 'na' | null } {
  if (!isSided(site)) return { bodySite: site, laterality: 'na' };
  return laterality === 'na' && (bodySite === undefined || !isSided(bodySite))
    ? { bodySite: site, laterality: null }
    : { bodySite: site };
}

/** The words of a page for sites and sides. */
export interface PlaceWords {
  /** The label of a site; '' for one without a label. */
  site(id: string): string;
  side(side: Laterality): string;
  /** A site with its side, such as "Left forearm". */
  sided(site: string, side: Exclude<Laterality, 'na'>): string;
}

/** Puts a place into words. The side "not applicable" has none; '' if nothing else is recorded. */
export function placeText({ bodySite, laterality }: Place, words: PlaceWords): string {
  const site = bodySite === undefined ? '' : words.site(bodySite);
  if (laterality === undefined || laterality === 'na') return site;
  return site === '' ? words.side(laterality) : words.sided(site, laterality);
}
