import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Attachment, BundleEntry, Consent, DocumentReference, Media, Provenance, Reference } from 'fhir/r4';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Clinician, Metadata } from '../../contract/api';
import type { Derivation, WidgetImage } from '../image';
import { AT } from '../session/fixtures';
import type { RecordContext, RecordForms } from './context';
import { ALL_FORMS, context, FULL, photo } from './fixtures';
import { clinicianReference, resourceId } from './references';
import { r4Validator } from './schema';
import { BODY_SITE, DERIVED_FROM, IMAGE_ID, KIND, LATERALITY, VIEW } from './systems';
import { dateTimeOf, instantOf } from './times';
import { transactions, type Bundle, type PhotoResource } from './transaction';

let validate: (bundle: unknown) => string[];

beforeAll(() => {
  validate = r4Validator().bundle;
}, 60_000);

async function whole(images: readonly WidgetImage[], more: Partial<RecordContext> = {}): Promise<Bundle> {
  return (await transactions(images, images, context(more))).whole;
}

type Described = Media | DocumentReference;

const entriesOf = (bundle: Bundle, type: PhotoResource['resourceType']): BundleEntry<PhotoResource>[] =>
  (bundle.entry ?? []).filter(({ resource }) => resource?.resourceType === type);
const contentOf = (one: Described): Attachment | undefined =>
  one.resourceType === 'Media' ? one.content : one.content[0]?.attachment;

async function mediaOf(image: WidgetImage, more: Partial<RecordContext> = {}): Promise<Media> {
  return entriesOf(await whole([image], more), 'Media')[0]?.resource as Media;
}

// Details of a photo. People may leave any of them out.

const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2026-03-04'), noInvalidDate: true });
const offsetOf = (minutes: number): string => {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
};
const offset = fc.integer({ min: -48, max: 56 }).map((quarters) => offsetOf(quarters * 15));
const details: fc.Arbitrary<Metadata> = fc.record(
  {
    bodySite: fc.constantFrom('forearm', 'nose', 'scalp'),
    laterality: fc.constantFrom('left', 'right', 'bilateral', 'na'),
    view: fc.constantFrom('overview', 'close-up', 'dermoscopy'),
    kind: fc.constantFrom('lesion', 'rash', 'wound', 'infection', 'other'),
    label: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 <>&"]{0,20}$/),
    notes: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 \n<>&"]{0,40}$/),
    sensitive: fc.constant(true),
    captured: fc.record(
      { local: time.map((at) => at.toISOString().slice(0, 19)), offset, source: fc.constant('file') },
      { requiredKeys: ['local', 'source'] },
    ),
    consentAt: time.map((at) => at.toISOString()),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Metadata>;
const clinician: fc.Arbitrary<Clinician> = fc.record(
  { id: fc.constantFrom('dr-1', 'nurse@test'), name: fc.constant('Dr Test'), practitionerId: fc.constant('prac-1') },
  { requiredKeys: ['id'] },
);
const corrected = fc.record({ correctedBy: clinician, correctedAt: fc.constant('2026-03-04T09:40:00Z') });
const image: fc.Arbitrary<WidgetImage> = fc
  .tuple(
    details,
    fc.record(
      {
        phone: fc.constantFrom('iPhone, Safari', 'Android <phone>'),
        derivedFrom: fc.constant('b'.repeat(32)),
        derivation: fc.constantFrom<Derivation>('cropped', 'annotated'),
      },
      { requiredKeys: [] },
    ),
    fc.option(corrected, { nil: {} }),
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
  )
  .map(([metadata, more, correction, bytes]) =>
    photo(metadata, {
      phone: 'iPhone, Safari',
      ...more,
      ...correction,
      file: new File([bytes], 'photo.jpg', { type: 'image/jpeg' }),
    }),
  );

/** Reads a photo's resource without the code that wrote it. */
function readBack(one: Described) {
  const extension = (name: string) => one.extension?.find(({ url }) => url === name);
  if (one.resourceType === 'Media')
    return {
      who: one.operator,
      taken: one.createdDateTime,
      received: one.issued,
      encounter: one.encounter?.reference,
      site: one.bodySite,
      view: one.view?.text,
      kind: one.reasonCode?.[0]?.text,
      notes: one.note?.map(({ text }) => text).join('. '),
      from: extension(DERIVED_FROM)?.valueReference?.identifier?.value,
    };
  return {
    who: one.author?.[0],
    taken: one.context?.period?.start,
    received: one.date,
    encounter: one.context?.encounter?.[0]?.reference,
    site: extension(BODY_SITE)?.valueCodeableConcept,
    view: extension(VIEW)?.valueCodeableConcept?.text,
    kind: extension(KIND)?.valueCodeableConcept?.text,
    notes: one.description,
    from: one.relatesTo?.find(({ code }) => code === 'transforms')?.target.identifier?.value,
  };
}

const wholeTime = ({ captured }: Metadata): string | undefined =>
  captured && (captured.offset ? captured.local + captured.offset : captured.local.slice(0, 10));

describe.each(ALL_FORMS)('$form, $attachment, consent $consent, provenance $provenance', (forms) => {
  test('every photo says who, when, what, from where, and consent if given', async () => {
    await fc.assert(
      fc.asyncProperty(image, clinician, async (one, who) => {
        const bundle = await whole([one], { ...forms, clinician: who });
        expect(validate(bundle)).toEqual([]);
        const [entry] = entriesOf(bundle, forms.form);
        const described = entry?.resource as Described;
        saysAll(described, one, who, forms);
        await hasItsBytes(bundle, described, one, forms);
        saysWhereFrom(bundle, entry, one, who, forms);
        saysConsent(bundle, described, one, forms);
      }),
      { numRuns: Number(process.env.CHECKS ?? 25) },
    );
  });
});

function saysAll(
  described: Described,
  { details: all, ...one }: WidgetImage,
  who: Clinician,
  forms: RecordForms,
): void {
  const back = readBack(described);
  const content = contentOf(described);
  expect(back.who).toEqual(clinicianReference(who));
  expect([back.taken, content?.creation]).toEqual([wholeTime(all), wholeTime(all)]);
  expect(Date.parse(back.received ?? '')).toBe(Date.parse(one.uploadedAt));
  expect(described.subject?.reference).toBe('Patient/pat-2001');
  expect(back.encounter).toBe('Encounter/enc-1001');
  expect(described.identifier).toEqual([{ system: IMAGE_ID, value: one.id }]);
  expect([back.view, back.kind, back.from]).toEqual([all.view, all.kind, one.derivedFrom]);
  expect(back.site?.coding?.[0]?.code).toBe(one.metadata.bodySite?.coding[0]?.code);
  const side = one.metadata.bodySite ? one.metadata.laterality?.coding[0]?.code : undefined;
  expect(back.site?.extension?.[0]?.valueCodeableConcept?.coding?.[0]?.code).toBe(side);
  for (const words of [all.notes, all.consentAt && forms.consent === 'note' ? 'Consent to clinical photos' : ''])
    if (words) expect(back.notes).toContain(words);
  for (const words of [all.label, all.view, one.derivation === 'annotated' ? 'annotated' : ''])
    if (words) expect(content?.title).toContain(words);
  expect(described.meta?.security?.[0]?.code).toBe(all.sensitive ? 'R' : undefined);
}

async function hasItsBytes(
  bundle: Bundle,
  described: Described,
  { file, details: all }: WidgetImage,
  forms: RecordForms,
): Promise<void> {
  const bytes = Buffer.from(await (file ?? new File([], '')).arrayBuffer());
  const content = contentOf(described);
  const [binary] = entriesOf(bundle, 'Binary');
  expect(content).toMatchObject({ contentType: 'image/jpeg', size: bytes.length });
  expect(content?.hash).toBe(createHash('sha1').update(bytes).digest('base64'));
  if (forms.attachment === 'inline') {
    expect([content?.data, content?.url, binary]).toEqual([bytes.toString('base64'), undefined, undefined]);
    return;
  }
  expect(binary?.resource).toMatchObject({
    resourceType: 'Binary',
    contentType: 'image/jpeg',
    data: bytes.toString('base64'),
    securityContext: { reference: 'Patient/pat-2001' },
  });
  expect(content).toMatchObject({ url: `Binary/${binary?.resource?.id}` });
  expect(binary?.request).toEqual({ method: 'PUT', url: content?.url });
  expect(binary?.resource?.meta?.security?.[0]?.code).toBe(all.sensitive ? 'R' : undefined);
}

function saysWhereFrom(
  bundle: Bundle,
  entry: BundleEntry<PhotoResource> | undefined,
  one: WidgetImage,
  who: Clinician,
  forms: RecordForms,
): void {
  const contained = ((entry?.resource as Described | undefined)?.contained ?? []) as Provenance[];
  const separate = entriesOf(bundle, 'Provenance');
  expect([contained.length, separate.length]).toEqual(forms.provenance === 'contained' ? [1, 0] : [0, 1]);
  const found = contained[0] ?? (separate[0]?.resource as Provenance);
  expect(found.target).toEqual([{ reference: contained[0] ? '#' : entry?.fullUrl }]);
  const people = (role: string): Reference[] =>
    found.agent.filter(({ type }) => type?.coding?.[0]?.code === role).map(({ who: person }) => person);
  expect(people('author')).toEqual([clinicianReference(who)]);
  expect(people('enterer')).toEqual(one.correctedBy ? [clinicianReference(one.correctedBy)] : []);
  expect(people('assembler')).toEqual([{ type: 'Device', display: one.phone }]);
  expect(found.activity?.coding?.[0]?.code).toBe(one.correctedBy ? 'UPDATE' : 'CREATE');
  expect(Date.parse(found.recorded)).toBe(Date.parse(AT));
  expect(Date.parse(found.occurredPeriod?.start ?? '')).toBe(Date.parse(one.uploadedAt));
  expect(Date.parse(found.occurredPeriod?.end ?? '')).toBe(Date.parse(one.correctedAt ?? one.uploadedAt));
  const source = (role: string) => found.entity?.find((entity) => entity.role === role)?.what;
  const sources = (role: string) => source(role)?.identifier?.value;
  expect(sources('derivation')).toBe(one.derivedFrom);
  if (one.derivedFrom)
    expect(source('derivation')?.display).toContain(one.derivation === 'annotated' ? 'Annotated from' : 'Cropped from');
  expect(sources('source')).toBe(entriesOf(bundle, 'Consent').map(consentId)[0]);
}

function saysConsent(bundle: Bundle, described: Described, one: WidgetImage, forms: RecordForms): void {
  const consents = entriesOf(bundle, 'Consent').map(({ resource }) => resource as Consent);
  const { consentAt } = one.details;
  expect(consents.length).toBe(consentAt !== undefined && forms.consent === 'Consent' ? 1 : 0);
  for (const consent of consents) {
    expect(Date.parse(consent.dateTime ?? '')).toBe(Math.floor(Date.parse(consentAt ?? '') / 1000) * 1000);
    expect(consent.patient?.reference).toBe('Patient/pat-2001');
    expect(consent.provision?.data?.map(({ reference }) => reference.identifier?.value)).toEqual([one.id]);
    const tapped = (consent.contained as Provenance[])[0];
    expect(tapped?.agent.map(({ who }) => who.display)).toEqual([one.phone]);
  }
  expect(JSON.stringify(described).includes('Consent to clinical photos')).toBe(
    consentAt !== undefined && forms.consent === 'note',
  );
}

const consentId = ({ resource }: BundleEntry<PhotoResource>): string | undefined =>
  (resource as Consent).identifier?.[0]?.value;

describe('once', () => {
  test.each(ALL_FORMS)('every entry of $form, $attachment, $consent, $provenance can be sent again', async (forms) => {
    const { whole: all, photos } = await transactions([photo()], [photo()], context(forms));
    for (const { request, resource } of [...(all.entry ?? []), ...photos.flatMap(({ bundle }) => bundle.entry ?? [])])
      if (request?.method === 'PUT') expect(request.url).toBe(`${resource?.resourceType}/${resource?.id}`);
      else
        expect(request?.ifNoneExist).toMatch(
          /^identifier=https:\/\/[^|]+\/identifier\/(image|consent)\|[\w.-]+&patient=Patient\/pat-2001$/,
        );
  });

  const id = (letter: string): string => letter.repeat(32);
  const consented = (letter: string, consentAt = FULL.consentAt ?? ''): WidgetImage =>
    photo({ ...FULL, consentAt }, { id: id(letter) });

  test('a consent covers every photo of its act, also those that are added another time', async () => {
    const all = [consented('a'), consented('b'), consented('c', '2026-03-04T07:00:00Z')];
    const first = await transactions(all.slice(0, 1), all, context());
    const again = await transactions(all, all, context());
    const [one] = entriesOf(first.whole, 'Consent');
    expect((one?.resource as Consent | undefined)?.provision?.data).toHaveLength(2);
    expect(entriesOf(again.whole, 'Consent').map(consentId)).toEqual([`enc-1001.${id('b')}`, `enc-1001.${id('c')}`]);
    expect(entriesOf(first.whole, 'Consent').map(consentId)).toEqual([`enc-1001.${id('b')}`]);
  });

  test('photos one by one share no resource: they may be sent at the same time', async () => {
    const all = [consented('a'), consented('b')];
    const { photos } = await transactions(all, all, context({ attachment: 'binary', provenance: 'resource' }));
    const names = photos.flatMap(({ bundle }) =>
      (bundle.entry ?? []).map(({ request }) => request?.ifNoneExist ?? request?.url),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ['a_b', 'a-b'],
    ['a_b', 'a.-b'],
    ['a.b', 'a..b'],
  ])('the ids %s and %s stay two', (one, other) => {
    expect(resourceId(one)).not.toBe(resourceId(other));
    for (const made of [one, other].map(resourceId)) expect(made).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
  });

  // The gateway's TestResourceID has the same cases: it admits updates under these ids only.
  test.each([
    ['a', 'a'],
    ['a_b', 'a.-b'],
    ['a.b', 'a..b'],
    [`${'a'.repeat(63)}_`, `${'a'.repeat(62)}.-`],
  ])('the id %s becomes %s', (id, made) => expect(resourceId(id)).toBe(made));
});

describe('the schema', () => {
  test.each([
    ['an element that R4 does not have', { colour: 'red' }],
    ['a wrong type', { height: 'tall' }],
    ['a time without an offset', { issued: '2026-03-04T09:30:00' }],
    ['a contained resource that is none', { contained: [{ resourceType: 'Provenance', target: [] }] }],
  ])('refuses %s', async (_, wrong) => {
    const bundle = await whole([photo()]);
    Object.assign(entriesOf(bundle, 'Media')[0]?.resource ?? {}, wrong);
    expect(validate(bundle)).not.toEqual([]);
  });
});

describe('times', () => {
  test('a time of capture keeps its wall clock, or its day where the offset is not known', () => {
    fc.assert(
      fc.property(time, fc.option(offset, { nil: undefined }), (at, known) => {
        const local = at.toISOString().slice(0, 19);
        const captured = { local, source: 'camera' as const, ...(known === undefined ? {} : { offset: known }) };
        expect(dateTimeOf(captured)).toBe(known === undefined ? local.slice(0, 10) : local + known);
      }),
    );
  });

  test('what the edge lists goes into the record as it is, at every offset', async () => {
    const offsets = Array.from({ length: 105 }, (_, n) => offsetOf(15 * n - 12 * 60));
    const nights = ['2026-04-05T02:30:00', '2025-09-28T02:30:00'].flatMap((local) =>
      ['+12:00', '+13:00'].map((offset) => ({ local, offset })),
    );
    const times = [...offsets.map((offset) => ({ local: '2026-03-04T00:15:00', offset })), ...nights];
    const images = times.map((one, n) =>
      photo({ captured: { ...one, source: 'camera' } }, { id: n.toString(16).padStart(32, '0') }),
    );
    const expected = times.map(({ local, offset }) => local + offset);
    for (const form of ['Media', 'DocumentReference'] as const) {
      const described = entriesOf(await whole(images, { form }), form).map(({ resource }) => resource as Described);
      expect(described.map((one) => readBack(one).taken)).toEqual(expected);
      expect(described.map((one) => contentOf(one)?.creation)).toEqual(expected);
    }
  });

  test('an instant is the same moment, in the desktop’s own offset', () => {
    expect(Date.parse(instantOf(AT))).toBe(Date.parse(AT));
    expect(instantOf(AT)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  });
});

test('site and side are coded, and written in words', async () => {
  expect((await mediaOf(photo())).bodySite).toEqual({
    extension: [
      {
        url: LATERALITY,
        valueCodeableConcept: {
          coding: [{ system: 'http://snomed.info/sct', code: '7771000', display: 'Left' }],
          text: 'Left',
        },
      },
    ],
    coding: [{ system: 'http://snomed.info/sct', code: '14975008', display: 'Forearm structure' }],
    text: 'Left forearm',
  });
});

test.each<[string, Metadata, object | undefined]>([
  [
    'a side that does not apply has no code',
    { bodySite: 'nose', laterality: 'na' },
    { coding: [expect.objectContaining({ code: '45206002' })], text: 'Nose' },
  ],
  [
    'a site that is newer than the widget is named',
    { bodySite: 'xiphoid', laterality: 'left' },
    { text: 'Left xiphoid' },
  ],
  ['no site is no element', { laterality: 'na' }, undefined],
])('%s', async (_, metadata, bodySite) => {
  expect((await mediaOf(photo(metadata))).bodySite).toEqual(bodySite && expect.objectContaining(bodySite));
});

test.each<[Metadata['kind'], string | undefined]>([
  ['lesion', '95324001'],
  ['rash', '271807003'],
  ['wound', '416462003'],
  ['infection', undefined],
  ['other', undefined],
])('the kind %s has the code %s', async (kind, code) => {
  const [concept] = (await mediaOf(photo({ ...FULL, ...(kind ? { kind } : {}) }))).reasonCode ?? [];
  expect([concept?.text, concept?.coding?.[0]?.code]).toEqual([kind, code]);
});

test('a Media says what it is, how large, and on which phone it was taken', async () => {
  expect(await mediaOf(photo())).toMatchObject({
    status: 'completed',
    type: { coding: [{ code: 'image' }] },
    deviceName: 'iPhone, Safari',
    width: 3072,
    height: 2304,
  });
});

test('a DocumentReference says what it is', async () => {
  const [entry] = entriesOf(await whole([photo()], { form: 'DocumentReference' }), 'DocumentReference');
  expect(entry?.resource).toMatchObject({
    status: 'current',
    docStatus: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '72170-4' }] },
    description: 'Left forearm, close-up, mole A. Two weeks\nafter the graft.',
  });
});

test('two clinicians in one session are two authors', async () => {
  const of = async (id: string) => (await mediaOf(photo(), { clinician: { id } })).operator?.identifier?.value;
  expect([await of('dr-1'), await of('nurse-2')]).toEqual(['dr-1', 'nurse-2']);
});

test('without a patient id or a clinician, none is named', async () => {
  const media = await mediaOf(photo(), { patientId: null, clinician: null });
  expect(media).not.toHaveProperty('subject');
  expect(media).not.toHaveProperty('operator');
});

test('provenance names the program where neither a person nor a phone is known', async () => {
  const { phone: _, ...unknown } = photo();
  const { contained } = await mediaOf(unknown, { clinician: null });
  expect((contained?.[0] as Provenance | undefined)?.agent.map(({ who }) => who.display)).toEqual(['Photobridge']);
});

test('a photo without its bytes is no transaction', async () => {
  const lost = Object.assign(new File([], 'photo.jpg'), {
    arrayBuffer: () => Promise.reject(new Error('NotReadable')),
  });
  for (const file of [null, lost]) await expect(whole([photo(FULL, { file })])).rejects.toThrow('unreadable');
});

test('on plain http, where browsers offer no digests, the hash is left out', async () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const media = await mediaOf(photo()).finally(() => vi.unstubAllGlobals());
  expect(media.content).not.toHaveProperty('hash');
  expect(media.content).toMatchObject({ size: 3, data: '/9j/' });
});

test('the sample of docs/integrate.md is what is made', async () => {
  vi.stubEnv('TZ', 'Pacific/Auckland');
  let calls = 0;
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(
    (array) => (array as unknown as Uint8Array).fill(++calls) as never,
  );
  const made = await whole([photo()]).finally(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const page = readFileSync(new URL('../../../../docs/integrate.md', import.meta.url), 'utf8');
  const [, sample] = /```json\n(\{ "resourceType": "Bundle"[\s\S]*?)```/.exec(page) ?? [];
  expect(JSON.parse(sample ?? 'null')).toEqual(made);
});
