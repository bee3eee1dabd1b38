/** The widget's view of a photo, and its coding for the record. */

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
  /** The bytes, once they are here; null before. */
  file: File | null;
  /** An object URL of `file`: it works as long as the image is in the session. */
  previewUrl?: string;
  s3Key?: string;
  width: number;
  height: number;
  uploadedAt: string;
  metadata: CodedMetadata;
  /** The same as the wire has it, for editing. */
  details: Metadata;
  /** The bytes could not be fetched yet; it is tried again. */
  failed: boolean;
  /** Held by this desktop alone: derived here, or left over from a session that is over. */
  local: boolean;
  /** The photo that this one was made from, and how: once annotated, a copy stays that. */
  derivedFrom?: string;
  derivation?: Derivation;
  /** The phone that sent it, as its browser discloses: "iPhone, Safari". */
  phone?: string;
  /** Who corrected the metadata last on a desktop, and when. */
  correctedBy?: Clinician;
  correctedAt?: string;
  /** When the host took it into the record. */
  committedAt?: string;
  /** Why it is not in the record although it was handed over. */
  commitProblem?: CommitProblem;
}

/** A photo of the record. The widget shows it and keeps nothing of it. */
export interface EarlierPhoto {
  /** Where the host's page may load it from. */
  url: string;
  /** When it was taken: an RFC 3339 time, or a day. The day is shown as it is written here. */
  time: string;
  /** A site's id, as in `details`. */
  bodySite?: string;
  laterality?: Laterality;
  sensitive?: boolean;
}

/** What the record asks for and the details lack. */
export type Missing = 'bodySite' | 'laterality';

/** Side "not applicable" without a site says that the photo shows no site at all. */
export function missingFrom({ bodySite, laterality }: Metadata): Missing[] {
  const missing: Missing[] = [];
  if (bodySite === undefined && laterality !== 'na') missing.push('bodySite');
  if (laterality === undefined) missing.push('laterality');
  return missing;
}

/** Fields of an image's metadata that a clinician corrects; null takes one back. */
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

/** "Not applicable" has no code: SNOMED has no side for it. */
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

/** "Left forearm", or the part of it that is recorded. In English, as the record has it. */
export function placeText(details: Metadata): string {
  return place.placeText(details, {
    site: (id) => findBodySite(id)?.label ?? id,
    side: (side) => codeLaterality(side)?.text ?? '',
    sided: (site, side) =>
      side === 'bilateral' ? `${site}, both sides` : `${codeLaterality(side)?.text} ${site.toLowerCase()}`,
  });
}
