/**
 * Photos as FHIR R4 resources in one transaction (https://hl7.org/fhir/R4/bundle.html#transaction):
 * for each a Binary with its bytes, and a Media or DocumentReference that says what it shows.
 */

// With its ending, so that the declarations also resolve as Node does it.
import type {
  Binary,
  Bundle as AnyBundle,
  BundleEntry,
  CodeableConcept,
  DocumentReference,
  Extension,
  Identifier,
  Media,
  Reference,
} from 'fhir/r4.js';
import type { Captured } from '../contract/api';
import { randomUuid } from '../random';
import { placeText, type WidgetImage } from './image';

export type PhotoResource = Binary | Media | DocumentReference;
export type Bundle = AnyBundle<PhotoResource>;

/** What describes each photo in the record. */
export type RecordForm = 'Media' | 'DocumentReference';

export interface Subject {
  encounterId: string;
  patientId: string | null;
}

/** The system of an image's id: the same photo committed twice is the same resource. */
export const IMAGE_ID = 'https://github.com/clinicpro/photobridge/identifier/image';
/** The image that one was cropped or turned from. Media has no element for it; DocumentReference has relatesTo. */
export const DERIVED_FROM = 'https://github.com/clinicpro/photobridge/StructureDefinition/derived-from';
/** DocumentReference has no body site before R5. */
export const BODY_SITE = 'https://github.com/clinicpro/photobridge/StructureDefinition/body-site';
/**
 * R4's Media has no laterality. mCODE's extension is for any CodeableConcept
 * (https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-laterality-qualifier.html).
 */
export const LATERALITY = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier';

/**
 * A transaction that puts photos into the record.
 * @throws Error if an image's bytes are not here or cannot be read
 */
export async function transaction(images: readonly WidgetImage[], subject: Subject, form: RecordForm): Promise<Bundle> {
  const entry: BundleEntry<PhotoResource>[] = [];
  // One after the other: twenty photos in base64 are enough to hold once.
  for (const image of images) {
    if (!image.file)
      throw new Error(`Photo ${image.number} has not arrived yet. Wait for its picture, then try again.`);
    const binary = `urn:uuid:${randomUuid()}`;
    const described =
      form === 'Media'
        ? media(image, image.file, subject, binary)
        : documentReference(image, image.file, subject, binary);
    entry.push(
      {
        fullUrl: binary,
        resource: { resourceType: 'Binary', contentType: image.file.type, data: await base64(image.file) },
        request: { method: 'POST', url: 'Binary' },
      },
      {
        fullUrl: `urn:uuid:${randomUuid()}`,
        resource: described,
        request: { method: 'POST', url: form, ifNoneExist: `identifier=${IMAGE_ID}|${image.id}` },
      },
    );
  }
  return { resourceType: 'Bundle', type: 'transaction', timestamp: new Date().toISOString(), entry };
}

function media(image: WidgetImage, file: File, subject: Subject, binary: string): Media {
  const { said } = image;
  const site = codeSite(image);
  return {
    resourceType: 'Media',
    identifier: [identifier(image.id)],
    status: 'completed',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/media-type', code: 'image', display: 'Image' }] },
    ...(said.view ? { view: { text: said.view } } : {}),
    ...(subject.patientId === null ? {} : { subject: { reference: `Patient/${subject.patientId}` } }),
    encounter: { reference: `Encounter/${subject.encounterId}` },
    ...(said.captured ? { createdDateTime: dayOf(said.captured) } : {}),
    issued: image.uploadedAt,
    ...(site ? { bodySite: site } : {}),
    height: image.height,
    width: image.width,
    content: attachment(image, file, binary),
    ...(said.notes ? { note: [{ text: said.notes }] } : {}),
    ...(image.derivedFrom === undefined
      ? {}
      : { extension: [{ url: DERIVED_FROM, valueReference: imageReference('Media', image.derivedFrom) }] }),
  };
}

function documentReference(image: WidgetImage, file: File, subject: Subject, binary: string): DocumentReference {
  const site = codeSite(image);
  const description = [placeText(image.said), image.said.notes].filter(Boolean).join('. ');
  return {
    resourceType: 'DocumentReference',
    identifier: [identifier(image.id)],
    status: 'current',
    docStatus: 'final',
    type: {
      coding: [
        { system: 'http://loinc.org', code: '72170-4', display: 'Photographic image Unspecified body region Document' },
      ],
    },
    ...(subject.patientId === null ? {} : { subject: { reference: `Patient/${subject.patientId}` } }),
    date: image.uploadedAt,
    ...(description ? { description } : {}),
    content: [{ attachment: attachment(image, file, binary) }],
    context: { encounter: [{ reference: `Encounter/${subject.encounterId}` }] },
    ...(site ? { extension: [{ url: BODY_SITE, valueCodeableConcept: site }] } : {}),
    ...(image.derivedFrom === undefined
      ? {}
      : { relatesTo: [{ code: 'transforms', target: imageReference('DocumentReference', image.derivedFrom) }] }),
  };
}

function attachment(image: WidgetImage, file: File, url: string): Media['content'] {
  const title = placeText(image.said);
  const { captured } = image.said;
  return {
    contentType: file.type,
    url,
    size: file.size,
    ...(title ? { title } : {}),
    ...(captured ? { creation: dayOf(captured) } : {}),
  };
}

/** The site with its side in an extension and in words; undefined where the photo shows no site. */
function codeSite({ metadata, said }: WidgetImage): CodeableConcept | undefined {
  const { bodySite, laterality } = metadata;
  if (!bodySite) return undefined;
  const side: Extension[] =
    laterality && laterality.coding.length > 0 ? [{ url: LATERALITY, valueCodeableConcept: laterality }] : [];
  return { ...(side.length > 0 ? { extension: side } : {}), coding: bodySite.coding, text: placeText(said) };
}

function identifier(id: string): Identifier {
  return { system: IMAGE_ID, value: id };
}

function imageReference(type: RecordForm, id: string): Reference {
  return { type, identifier: identifier(id) };
}

/** The day on the wall. */
function dayOf({ local }: Captured): string {
  return local.slice(0, 10);
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  // As many arguments as every engine takes in one call.
  for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(text);
}
