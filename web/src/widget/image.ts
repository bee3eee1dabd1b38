/** The widget's view of a photo, and its coding for the record. */

import { findBodySite, LATERALITIES, SNOMED } from '../bodysites';
import type { Image, Laterality, Metadata, View } from '../contract/api';

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

/** What was said of a photo, coded. */
export interface CodedMetadata {
  /** Missing: not said. Without a coding: said not to apply. */
  laterality?: CodeableConcept;
  bodySite?: CodeableConcept;
  notes?: string;
  view?: View;
  capturedAt?: string;
}

/** One photo of the session as a host sees it. */
export interface WidgetImage {
  id: string;
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
  said: Metadata;
  /** The bytes could not be fetched yet; it is tried again. */
  failed: boolean;
}

export function toWidgetImage(image: Image, earlier: WidgetImage | undefined): WidgetImage {
  return {
    id: image.imageId,
    file: earlier?.file ?? null,
    ...(earlier?.previewUrl === undefined ? {} : { previewUrl: earlier.previewUrl }),
    s3Key: image.s3Key,
    width: image.width,
    height: image.height,
    uploadedAt: image.uploadedAt,
    metadata: codeMetadata(image.metadata),
    said: image.metadata,
    failed: earlier?.failed ?? false,
  };
}

export function codeMetadata(said: Metadata): CodedMetadata {
  const laterality = codeLaterality(said.laterality);
  const bodySite = codeBodySite(said.bodySite);
  return {
    ...(laterality ? { laterality } : {}),
    ...(bodySite ? { bodySite } : {}),
    ...(said.notes ? { notes: said.notes } : {}),
    ...(said.view ? { view: said.view } : {}),
    ...(said.capturedAt ? { capturedAt: said.capturedAt } : {}),
  };
}

/** "Not applicable" is said without a code: SNOMED has no side for it. */
export function codeLaterality(id: Laterality | undefined): CodeableConcept | undefined {
  const entry = LATERALITIES.find((one) => one.id === id);
  if (!entry) return undefined;
  const coding = entry.code !== null && entry.display !== null ? [{ system: SNOMED, code: entry.code, display: entry.display }] : [];
  return { coding, text: entry.label };
}

export function codeBodySite(id: string | undefined): CodeableConcept | undefined {
  const site = findBodySite(id);
  return site && { coding: [{ system: SNOMED, code: site.code, display: site.display }], text: site.label };
}

/** "Left forearm", or what of it was said. */
export function placeText({ laterality, bodySite }: Metadata): string {
  const site = findBodySite(bodySite)?.label;
  const side = laterality === 'left' || laterality === 'right' ? codeLaterality(laterality)?.text : undefined;
  if (site === undefined) return side ?? '';
  if (side !== undefined) return `${side} ${site.toLowerCase()}`;
  return laterality === 'bilateral' ? `${site}, both sides` : site;
}
