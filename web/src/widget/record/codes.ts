/** What was recorded about a photo as FHIR's coded concepts, in English. */

import type { CodeableConcept, Extension } from 'fhir/r4.js';
import { SNOMED } from '../../bodysites';
import type { Kind, Metadata, View } from '../../contract/api';
import { codeBodySite, codeLaterality, placeText, type WidgetImage } from '../image';
import { LATERALITY } from './systems';

/**
 * Each code was seen with this meaning in at least two independent public value sets. No such pair was found for an
 * infection of the skin, nor for the views: they are recorded in words.
 */
const KINDS: Readonly<Partial<Record<Kind, { code: string; display: string }>>> = {
  lesion: { code: '95324001', display: 'Skin lesion' },
  rash: { code: '271807003', display: 'Eruption of skin' },
  wound: { code: '416462003', display: 'Wound' },
};

export function codeView(view: View): CodeableConcept {
  return { text: view };
}

export function codeKind(kind: Kind): CodeableConcept {
  const coding = KINDS[kind];
  return coding ? { coding: [{ system: SNOMED, ...coding }], text: kind } : { text: kind };
}

/**
 * The site with its side in an extension and in words; undefined where the photo shows no site. One that is not in this
 * widget's table, but in a newer phone's, is there in words.
 */
export function codeSite(details: Metadata): CodeableConcept | undefined {
  if (details.bodySite === undefined) return undefined;
  const site = codeBodySite(details.bodySite);
  const side = codeLaterality(details.laterality);
  const extension: Extension[] =
    side && side.coding.length > 0 ? [{ url: LATERALITY, valueCodeableConcept: side }] : [];
  return {
    ...(extension.length > 0 ? { extension } : {}),
    ...(site ? { coding: site.coding } : {}),
    text: placeText(details),
  };
}

/** "Left forearm, close-up, mole A, annotated": what distinguishes this photo from the others, or ''. */
export function titleOf({ details, derivation }: Pick<WidgetImage, 'details' | 'derivation'>): string {
  const annotated = derivation === 'annotated' ? derivation : '';
  return [placeText(details), details.view, details.label, annotated].filter(Boolean).join(', ');
}
