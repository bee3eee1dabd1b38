/** The practice's record: it keeps what it can make sense of, and refuses the rest with a reason. */

import type { Media } from 'fhir/r4';
import type { Bundle } from '../widget';
import type { Patient } from './practice';

export interface RecordEntry {
  /** The image's own identifier: the same photo is kept once. */
  id: string;
  title: string;
  site: string;
  notes: string;
  size: number;
  pictureUrl: string;
}

/**
 * Reads a transaction of Media and Binary for one patient.
 * @throws Error with a sentence on what is wrong; nothing is kept then
 */
export function accept(bundle: Bundle, patient: Patient, kept: readonly RecordEntry[]): RecordEntry[] {
  if (bundle.resourceType !== 'Bundle' || bundle.type !== 'transaction')
    throw new Error('this is no FHIR transaction.');
  const binaries = new Map<string, Uint8Array<ArrayBuffer>>();
  const media: Media[] = [];
  for (const { fullUrl, resource, request } of bundle.entry ?? []) {
    if (request?.method !== 'POST' || request.url !== resource?.resourceType)
      throw new Error('an entry does not say how to store it.');
    if (resource.resourceType === 'Binary' && fullUrl) binaries.set(fullUrl, bytesOf(resource.data));
    else if (resource.resourceType === 'Media') media.push(resource);
    else throw new Error(`this record keeps no ${resource.resourceType}.`);
  }
  if (media.length === 0) throw new Error('there is no photo in it.');
  const known = new Set(kept.map(({ id }) => id));
  return media
    .map((one) => check(one, binaries, patient))
    .filter(({ entry }) => !known.has(entry.id))
    .map(({ entry, bytes }) => ({
      ...entry,
      pictureUrl: URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' })),
    }));
}

function check(media: Media, binaries: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, patient: Patient) {
  if (media.subject?.reference !== `Patient/${patient.patientId}`) throw new Error('a photo is of another patient.');
  if (media.encounter?.reference !== `Encounter/${patient.encounterId}`)
    throw new Error('a photo is of another encounter.');
  if (media.status !== 'completed') throw new Error('a photo is not completed.');
  const id = media.identifier?.[0]?.value;
  if (!id) throw new Error('a photo has no identifier.');
  const bytes = binaries.get(media.content.url ?? '');
  if (!bytes || bytes.length !== media.content.size) throw new Error('a photo came without its picture.');
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error('a picture is not a JPEG.');
  const codings = [
    media.bodySite,
    ...(media.bodySite?.extension ?? []).map(({ valueCodeableConcept }) => valueCodeableConcept),
  ].flatMap((concept) => concept?.coding ?? []);
  if (media.bodySite && !codings.length) throw new Error('a body site is not coded.');
  const entry = {
    id,
    title: media.content.title ?? 'Clinical photo',
    site: codings.map(({ display, code }) => `${display} (${code})`).join(', '),
    notes: (media.note ?? []).map(({ text }) => text).join('\n'),
    size: bytes.length,
  };
  return { entry, bytes };
}

function bytesOf(base64: string | undefined): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
  } catch {
    throw new Error('a picture is not base64.');
  }
}
