/** The practice's record. It keeps the resources that it understands, and refuses others with a reason. */

import type {
  Attachment,
  Binary,
  CodeableConcept,
  Consent,
  DocumentReference,
  Media,
  Provenance,
  Reference,
} from 'fhir/r4';
import type { Bundle } from '../widget';
import type { Patient } from './practice';

export interface RecordEntry {
  /** The image's identifier. A photo is kept once. */
  id: string;
  title: string;
  site: string;
  /** What it shows: "lesion". */
  kind: string;
  notes: string;
  /** When it was taken, as the widget wrote it, or '' if that is not known. */
  taken: string;
  /** The clinician who added it. */
  by: string;
  /** The patient's consent, or '' if none was recorded. */
  consent: string;
  /** Where it came from, a line for each. */
  provenance: readonly string[];
  sensitive: boolean;
  size: number;
  pictureUrl: string;
}

type Photo = Media | DocumentReference;
type Bytes = Uint8Array<ArrayBuffer>;

/** A transaction's resources, by what they are. */
interface Contents {
  photos: { fullUrl: string; photo: Photo }[];
  /** By their relative URLs. */
  binaries: Map<string, Bytes>;
  consents: Consent[];
  provenances: Provenance[];
}

/**
 * Reads a transaction of photos for one patient.
 * @throws Error with a sentence on what is wrong; nothing is kept then
 */
export function accept(bundle: Bundle, patient: Patient, kept: readonly RecordEntry[]): RecordEntry[] {
  const contents = sort(bundle);
  if (contents.photos.length === 0) throw new Error('there is no photo in it.');
  const known = new Set(kept.map(({ id }) => id));
  return contents.photos
    .map((one) => check(one, contents, patient))
    .filter(({ entry }) => !known.has(entry.id))
    .map(({ entry, bytes }) => ({
      ...entry,
      pictureUrl: URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' })),
    }));
}

function sort(bundle: Bundle): Contents {
  if (bundle.resourceType !== 'Bundle' || bundle.type !== 'transaction')
    throw new Error('this is no FHIR transaction.');
  const contents: Contents = { photos: [], binaries: new Map(), consents: [], provenances: [] };
  for (const { fullUrl = '', resource, request } of bundle.entry ?? []) {
    const isNew = request?.method === 'POST' && request.url === resource?.resourceType && request.ifNoneExist;
    const isFixed = request?.method === 'PUT' && request.url === `${resource?.resourceType}/${resource?.id}`;
    if (!resource || (!isNew && !isFixed)) throw new Error('an entry does not say how to store it once.');
    if (resource.resourceType === 'Binary') contents.binaries.set(`Binary/${resource.id}`, bytesOf(resource.data));
    else if (resource.resourceType === 'Consent') contents.consents.push(resource);
    else if (resource.resourceType === 'Provenance') contents.provenances.push(resource);
    else contents.photos.push({ fullUrl, photo: resource });
  }
  return contents;
}

function check({ fullUrl, photo }: Contents['photos'][number], contents: Contents, patient: Patient) {
  const { content, encounter, status, by, kind, site, notes, taken } = read(photo);
  if (photo.subject?.reference !== `Patient/${patient.patientId}`) throw new Error('a photo is of another patient.');
  if (encounter !== `Encounter/${patient.encounterId}`) throw new Error('a photo is of another encounter.');
  if (status !== 'completed' && status !== 'final') throw new Error('a photo is not completed.');
  const id = photo.identifier?.[0]?.value;
  if (!id) throw new Error('a photo has no identifier.');
  const bytes = pictureOf(content, contents);
  const codings = [site, ...(site?.extension ?? []).map(({ valueCodeableConcept }) => valueCodeableConcept)].flatMap(
    (concept) => concept?.coding ?? [],
  );
  if (site && !codings.length) throw new Error('a body site is not coded.');
  const provenance = [
    ...(photo.contained ?? []).filter((one): one is Provenance => one.resourceType === 'Provenance'),
    ...contents.provenances.filter(({ target }) => target.some(({ reference }) => reference === fullUrl)),
  ];
  const entry = {
    id,
    title: content?.title ?? 'Clinical photo',
    site: codings.map(({ display, code }) => `${display} (${code})`).join(', '),
    kind: kind?.text ?? '',
    notes,
    taken,
    by: nameOf(by),
    consent: consentOf(id, contents.consents),
    provenance: provenance.flatMap(provenanceLines),
    sensitive: photo.meta?.security?.some(({ code }) => code === 'R') ?? false,
    size: bytes.length,
  };
  return { entry, bytes };
}

/** The content of both forms, which they have in different elements. */
function read(photo: Photo) {
  if (photo.resourceType === 'Media')
    return {
      content: photo.content,
      encounter: photo.encounter?.reference,
      status: photo.status,
      by: photo.operator,
      kind: photo.reasonCode?.[0],
      site: photo.bodySite,
      notes: (photo.note ?? []).map(({ text }) => text).join('\n'),
      taken: photo.createdDateTime ?? '',
    };
  const extension = (name: string): CodeableConcept | undefined =>
    photo.extension?.find(({ url }) => url.endsWith(`/${name}`))?.valueCodeableConcept;
  return {
    content: photo.content[0]?.attachment,
    encounter: photo.context?.encounter?.[0]?.reference,
    status: photo.docStatus,
    by: photo.author?.[0],
    kind: extension('kind'),
    site: extension('body-site'),
    notes: photo.description ?? '',
    taken: photo.context?.period?.start ?? '',
  };
}

function pictureOf(content: Attachment | undefined, { binaries }: Contents): Bytes {
  const bytes = content?.data === undefined ? binaries.get(content?.url ?? '') : bytesOf(content.data);
  if (!bytes || bytes.length !== content?.size) throw new Error('a photo came without its picture.');
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error('a picture is not a JPEG.');
  return bytes;
}

function consentOf(id: string, consents: readonly Consent[]): string {
  const consent = consents.find(({ provision }) =>
    provision?.data?.some(({ reference }) => reference.identifier?.value === id),
  );
  return consent ? `given ${consent.dateTime?.slice(0, 16).replace('T', ' ')}` : '';
}

function provenanceLines({ agent, entity, recorded }: Provenance): string[] {
  return [
    ...agent.map(({ type, who }) => `${type?.coding?.[0]?.display ?? 'Agent'}: ${nameOf(who)}`),
    ...(entity ?? []).map(({ role, what }) => `${role}: ${what.type ?? ''} ${what.identifier?.value ?? ''}`),
    `Recorded: ${recorded}`,
  ];
}

function nameOf(who: Reference | undefined): string {
  return who?.display ?? who?.identifier?.value ?? who?.reference ?? '';
}

function bytesOf(base64: Binary['data']): Bytes {
  try {
    return Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
  } catch {
    throw new Error('a picture is not base64.');
  }
}
