/**
 * Photos as FHIR R4 transactions (https://hl7.org/fhir/R4/bundle.html#transaction): one for all photos, and one for
 * each. Every entry is a conditional create or an update with a fixed id, so sending it again writes nothing twice.
 */

import type {
  Attachment,
  Binary,
  Bundle as AnyBundle,
  BundleEntry,
  Consent,
  DocumentReference,
  Media,
  Provenance,
} from 'fhir/r4.js';
import { randomUuid } from '../../random';
import type { WidgetImage } from '../image';
import { base64, inlineAttachment, linkedAttachment, type Arrived } from './bytes';
import {
  consentActs,
  consentIdentifier,
  consentReference,
  consentResource,
  consentText,
  type ConsentAct,
} from './consent';
import type { RecordContext } from './context';
import { documentReference, media, securityLabel, type Parts } from './photo';
import { CONTAINED_ID, provenance } from './provenance';
import { patientReference, resourceId } from './references';
import { CommitError } from './results';
import { CONSENT_ID, IMAGE_ID } from './systems';

export type PhotoResource = Binary | Media | DocumentReference | Consent | Provenance;
export type Bundle = AnyBundle<PhotoResource>;
type Entry = BundleEntry<PhotoResource>;

/** A photo with the transaction that puts it into the record by itself. */
export interface PhotoTransaction {
  image: WidgetImage;
  bundle: Bundle;
}

/** A photo whose bytes have been read. */
interface Prepared {
  image: Arrived;
  content: Attachment;
  /** The entry with its bytes, where they are not in `content`. */
  binary: Entry | undefined;
}

/**
 * The transaction for all photos, and one for each of them.
 * @param all every photo of the session: a consent covers more than what is added now
 * @throws CommitError if a photo's bytes are not here or cannot be read
 */
export async function transactions(
  images: readonly WidgetImage[],
  all: readonly WidgetImage[],
  context: RecordContext,
): Promise<{ whole: Bundle; photos: PhotoTransaction[] }> {
  const prepared: Prepared[] = [];
  // One after the other: twenty photos in base64 are enough to hold once.
  for (const image of images) prepared.push(await prepare(image, context));
  return {
    whole: transaction(prepared, all, context),
    // Each has a consent to itself: hosts may send them at the same time, and servers that create conditionally race.
    photos: prepared.map((one) => ({ image: one.image, bundle: transaction([one], [one.image], context) })),
  };
}

/** The gate lets no photo through without its bytes, but a browser may have lost them since. */
async function prepare({ file, ...rest }: WidgetImage, context: RecordContext): Promise<Prepared> {
  try {
    if (file) return await read({ ...rest, file }, context);
  } catch {
    // Whatever a browser says of it, the clinician reads what to do.
  }
  throw new CommitError({ code: 'unreadable', detail: '' });
}

async function read(image: Arrived, context: RecordContext): Promise<Prepared> {
  if (context.attachment === 'inline') return { image, content: await inlineAttachment(image), binary: undefined };
  const id = resourceId(image.id);
  return {
    image,
    content: await linkedAttachment(image, `Binary/${id}`),
    binary: await binaryEntry(image, id, context),
  };
}

/** @param covered the photos that a consent names */
function transaction(photos: readonly Prepared[], covered: readonly WidgetImage[], context: RecordContext): Bundle {
  const acts = context.consent === 'off' ? [] : consentActs(covered);
  const actOf = ({ image }: Prepared): ConsentAct | undefined =>
    acts.find(({ images }) => images.some(({ id }) => id === image.id));
  const used = acts.filter((act) => photos.some((photo) => actOf(photo) === act));
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    timestamp: context.at,
    entry: [...consents(used, context), ...photos.flatMap((photo) => photoEntries(photo, context, actOf(photo)))],
  };
}

function consents(acts: readonly ConsentAct[], context: RecordContext): Entry[] {
  if (context.consent !== 'Consent') return [];
  return acts.map((act) => ({
    fullUrl: `urn:uuid:${randomUuid()}`,
    resource: consentResource(context, act),
    request: conditional('Consent', CONSENT_ID, consentIdentifier(context, act), context),
  }));
}

function photoEntries(
  { image, content, binary }: Prepared,
  context: RecordContext,
  act: ConsentAct | undefined,
): Entry[] {
  const fullUrl = `urn:uuid:${randomUuid()}`;
  const consent = act && context.consent === 'Consent' ? consentReference(context, act) : undefined;
  const provenanceOf = (reference: string): Provenance => provenance(image, context, { reference }, consent);
  const isContained = context.provenance === 'contained';
  const parts: Parts = {
    content,
    contained: isContained ? { ...provenanceOf('#'), id: CONTAINED_ID } : undefined,
    consentNote: act && context.consent === 'note' ? consentText(act) : undefined,
  };
  const resource = context.form === 'Media' ? media(image, context, parts) : documentReference(image, context, parts);
  return [
    ...(binary ? [binary] : []),
    { fullUrl, resource, request: conditional(context.form, IMAGE_ID, image.id, context) },
    ...(isContained ? [] : [fixed({ ...provenanceOf(fullUrl), id: resourceId(image.id) })]),
  ];
}

/** The access rules of a Binary are those of the patient that it is about. */
async function binaryEntry(image: Arrived, id: string, context: RecordContext): Promise<Entry> {
  const securityContext = patientReference(context);
  return fixed({
    resourceType: 'Binary',
    id,
    ...securityLabel(image.details),
    contentType: image.file.type,
    ...(securityContext ? { securityContext } : {}),
    data: base64(new Uint8Array(await image.file.arrayBuffer())),
  });
}

function fixed(resource: PhotoResource & { id: string }): Entry {
  const url = `${resource.resourceType}/${resource.id}`;
  return { fullUrl: `urn:uuid:${randomUuid()}`, resource, request: { method: 'PUT', url } };
}

/** Creates a resource unless the patient has one with this identifier. */
function conditional(url: string, system: string, value: string, { patientId }: RecordContext): Entry['request'] {
  const patient = patientId === null ? '' : `&patient=Patient/${patientId}`;
  return { method: 'POST', url, ifNoneExist: `identifier=${system}|${value}${patient}` };
}
