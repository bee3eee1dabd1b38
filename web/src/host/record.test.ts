import { beforeEach, expect, test, vi } from 'vitest';
import type { Media } from 'fhir/r4';
import { codeMetadata, type WidgetImage } from '../widget/image';
import { transaction, type Bundle } from '../widget/fhir';
import { jpeg, listed } from '../widget/session/fixtures';
import { accept } from './record';

const patient = { patientId: 'pat-2001', encounterId: 'enc-1001', patientLabel: 'Test Patient', facilityId: 'fac-001' };

let bundle: Bundle;
const media = (): Media => bundle.entry?.[1]?.resource as Media;

beforeEach(async () => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:picture');
  const { imageId, width, height, uploadedAt } = listed('a');
  const said = { bodySite: 'forearm', laterality: 'left', notes: 'healing' } as const;
  const image: WidgetImage = {
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
  };
  bundle = await transaction([image], patient, 'Media');
});

test('keeps what the widget hands over, once', () => {
  const kept = accept(bundle, patient, []);
  expect(kept).toEqual([
    {
      id: 'a'.repeat(32),
      title: 'Left forearm',
      site: 'Forearm structure (14975008), Left (7771000)',
      notes: 'healing',
      size: 3,
      pictureUrl: 'blob:picture',
    },
  ]);
  expect(accept(bundle, patient, kept)).toEqual([]);
});

test.each<[string, () => void]>([
  ['no FHIR transaction', () => (bundle.type = 'batch')],
  ['no photo in it', () => (bundle.entry = [])],
  ['does not say how to store it', () => delete bundle.entry?.[0]?.request],
  ['another patient', () => (media().subject = { reference: 'Patient/pat-2002' })],
  ['another encounter', () => (media().encounter = { reference: 'Encounter/enc-1002' })],
  ['not completed', () => (media().status = 'in-progress')],
  ['no identifier', () => delete media().identifier],
  ['without its picture', () => (media().content.url = 'urn:uuid:0')],
  ['without its picture', () => (media().content.size = 4)],
  ['not a JPEG', () => Object.assign(bundle.entry?.[0]?.resource ?? {}, { data: btoa('PNG') })],
  ['not base64', () => Object.assign(bundle.entry?.[0]?.resource ?? {}, { data: '%' })],
  ['not coded', () => (media().bodySite = { text: 'arm' })],
])('refuses: %s', (reason, spoil) => {
  spoil();
  expect(() => accept(bundle, patient, [])).toThrow(reason);
});
