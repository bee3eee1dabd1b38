/** A photo as the widget and its host see it, and the codes for the record. */

import { findBodySite, LATERALITIES, SNOMED } from '../bodysites';
import type { Captured, Clinician, Kind, Laterality, Metadata, MetadataPatch, View } from '../contract/api';
import * as place from '../place';
import type { CommitProblem } from './record/results';

/** FHIR R4 Coding and CodeableConcept (https://hl7.org/fhir/R4/datatypes.html). */
export interface Coding {
  system: string;
  code: string;
  display: string;
}

export interface CodeableConcept {
  coding: Coding[];
  text: string;
}

/** The details of a photo, coded. */
export interface CodedMetadata {
  /** Missing: not recorded. Without a coding: recorded as not applicable. */
  laterality?: CodeableConcept;
  bodySite?: CodeableConcept;
  notes?: string;
  view?: View;
  kind?: Kind;
  label?: string;
  captured?: Captured;
}

export type Derivation = 'cropped' | 'annotated';

/** One photo of the session as a host sees it. */
export interface WidgetImage {
  id: string;
  /** Counts from 1 in the order of arrival and never changes. */
  number: number;
  /** The bytes, or null until they have arrived. */
  file: File | null;
  /** An object URL of `file`. It is valid while the image is in the session. */
  previewUrl?: string;
  s3Key?: string;
  width: number;
  height: number;
  uploadedAt: string;
  metadata: CodedMetadata;
  /** The same details as the API has them, for editing. */
  details: Metadata;
  /** The bytes could not be downloaded yet. The widget retries. */
  failed: boolean;
  /** The photo exists only on this desktop: it was derived here, or remains from a session that has ended. */
  local: boolean;
  /** The photo that this one was made from, and how. A crop of an annotated copy stays "annotated". */
  derivedFrom?: string;
  derivation?: Derivation;
  /** The phone that sent it, as far as its browser discloses it: "iPhone, Safari". */
  phone?: string;
  /** The clinician who last corrected the details on a desktop, and when. */
  correctedBy?: Clinician;
  correctedAt?: string;
  /** When the host accepted it into the record. */
  committedAt?: string;
  /** Why the record did not accept it. */
  commitProblem?: CommitProblem;
}

/** An earlier photo from the record. The widget only shows it. */
export interface EarlierPhoto {
  /** Where the host's page may load it from. */
  url: string;
  /** When it was taken: an RFC 3339 time or a date. The date is shown unconverted. */
  time: string;
  /** A site's id, as in `details`. */
  bodySite?: string;
  laterality?: Laterality;
  sensitive?: boolean;
}

/** A detail that the record requires and that is not recorded yet. */
export type Missing = 'bodySite' | 'laterality';

/** Returns the missing details. Side "not applicable" without a site means that the photo shows no body site. */
export function missingFrom({ bodySite, laterality }: Metadata): Missing[] {
  const missing: Missing[] = [];
  if (bodySite === undefined && laterality !== 'na') missing.push('bodySite');
  if (laterality === undefined) missing.push('laterality');
  return missing;
}

/** The fields that a clinician corrects. null deletes a field. */
export type MetadataChange = MetadataPatch;

export function codeMetadata(details: Metadata): CodedMetadata {
  const laterality = codeLaterality(details.laterality);
  const bodySite = codeBodySite(details.bodySite);
  return {
    ...(laterality ? { laterality } : {}),
    ...(bodySite ? { bodySite } : {}),
    ...(details.notes ? { notes: details.notes } : {}),
    ...(details.view ? { view: details.view } : {}),
    ...(details.kind ? { kind: details.kind } : {}),
    ...(details.label ? { label: details.label } : {}),
    ...(details.captured ? { captured: details.captured } : {}),
  };
}

/** Codes a side. "Not applicable" has a text only, because SNOMED has no code for it. */
export function codeLaterality(id: Laterality | undefined): CodeableConcept | undefined {
  const entry = LATERALITIES.find((one) => one.id === id);
  if (!entry) return undefined;
  const coding =
    entry.code !== null && entry.display !== null ? [{ system: SNOMED, code: entry.code, display: entry.display }] : [];
  return { coding, text: entry.label };
}

export function codeBodySite(id: string | undefined): CodeableConcept | undefined {
  const site = findBodySite(id);
  return site && { coding: [{ system: SNOMED, code: site.code, display: site.display }], text: site.label };
}

/** "Left forearm", or the part of it that is recorded. Always in English, because it goes into the record. */
export function placeText(details: Metadata): string {
  return place.placeText(details, {
    site: (id) => findBodySite(id)?.label ?? id,
    side: (side) => codeLaterality(side)?.text ?? '',
    sided: (site, side) =>
      side === 'bilateral' ? `${site}, both sides` : `${codeLaterality(side)?.text} ${site.toLowerCase()}`,
  });
}
