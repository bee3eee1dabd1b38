/** The resource that describes one photo. */

import type { Annotation, Attachment, DocumentReference, Extension, Media, Meta, Provenance } from 'fhir/r4.js';
import type { Metadata } from '../../contract/api';
import type { WidgetImage } from '../image';
import { codeKind, codeSite, codeView, titleOf } from './codes';
import type { RecordContext } from './context';
import { clinicianReference, imageIdentifier, imageReference, patientReference } from './references';
import { BODY_SITE, CONFIDENTIALITY, DERIVED_FROM, KIND, LOINC, MEDIA_TYPE, VIEW } from './systems';
import { dateTimeOf, instantOf } from './times';

/** What goes into a photo's resource beside the photo itself. */
export interface Parts {
  content: Attachment;
  /** Provenance that travels inside the resource. */
  contained: Provenance | undefined;
  /** Consent in words, where it is recorded as a note. */
  consentNote: string | undefined;
}

export function media(image: WidgetImage, context: RecordContext, { content, contained, consentNote }: Parts): Media {
  const { details } = image;
  const site = codeSite(details);
  const subject = patientReference(context);
  const notes: Annotation[] = [details.notes, consentNote].flatMap((text) => (text ? [{ text }] : []));
  return {
    resourceType: 'Media',
    ...securityLabel(details),
    ...(contained ? { contained: [contained] } : {}),
    identifier: [imageIdentifier(image.id)],
    status: 'completed',
    type: { coding: [{ system: MEDIA_TYPE, code: 'image', display: 'Image' }] },
    ...(details.view ? { view: codeView(details.view) } : {}),
    ...(subject ? { subject } : {}),
    encounter: { reference: `Encounter/${context.encounterId}` },
    ...(details.captured ? { createdDateTime: dateTimeOf(details.captured) } : {}),
    issued: instantOf(image.uploadedAt),
    ...(context.clinician ? { operator: clinicianReference(context.clinician) } : {}),
    ...(details.kind ? { reasonCode: [codeKind(details.kind)] } : {}),
    ...(site ? { bodySite: site } : {}),
    ...(image.phone === undefined ? {} : { deviceName: image.phone }),
    height: image.height,
    width: image.width,
    content,
    ...(notes.length > 0 ? { note: notes } : {}),
    ...extensions(
      image.derivedFrom === undefined
        ? []
        : [{ url: DERIVED_FROM, valueReference: imageReference('Media', image.derivedFrom) }],
    ),
  };
}

export function documentReference(
  image: WidgetImage,
  context: RecordContext,
  { content, contained, consentNote }: Parts,
): DocumentReference {
  const { details } = image;
  const site = codeSite(details);
  const subject = patientReference(context);
  const description = [titleOf(image), details.notes, consentNote].filter(Boolean).join('. ');
  return {
    resourceType: 'DocumentReference',
    ...securityLabel(details),
    ...(contained ? { contained: [contained] } : {}),
    identifier: [imageIdentifier(image.id)],
    status: 'current',
    docStatus: 'final',
    type: {
      coding: [{ system: LOINC, code: '72170-4', display: 'Photographic image Unspecified body region Document' }],
    },
    ...(subject ? { subject } : {}),
    date: instantOf(image.uploadedAt),
    ...(context.clinician ? { author: [clinicianReference(context.clinician)] } : {}),
    ...(description ? { description } : {}),
    content: [{ attachment: content }],
    context: {
      encounter: [{ reference: `Encounter/${context.encounterId}` }],
      ...(details.captured ? { period: { start: dateTimeOf(details.captured) } } : {}),
    },
    ...extensions([
      ...(site ? [{ url: BODY_SITE, valueCodeableConcept: site }] : []),
      ...(details.kind ? [{ url: KIND, valueCodeableConcept: codeKind(details.kind) }] : []),
      ...(details.view ? [{ url: VIEW, valueCodeableConcept: codeView(details.view) }] : []),
    ]),
    ...(image.derivedFrom === undefined
      ? {}
      : { relatesTo: [{ code: 'transforms', target: imageReference('DocumentReference', image.derivedFrom) }] }),
  };
}

/** Sensitive photos are labelled for access control (https://hl7.org/fhir/R4/security-labels.html). */
export function securityLabel({ sensitive }: Metadata): { meta?: Meta } {
  if (!sensitive) return {};
  return { meta: { security: [{ system: CONFIDENTIALITY, code: 'R', display: 'restricted' }] } };
}

function extensions(extension: Extension[]): { extension?: Extension[] } {
  return extension.length > 0 ? { extension } : {};
}
