import { beforeEach, expect, test, vi } from 'vitest';
import type { Media } from 'fhir/r4';
import type { Bundle } from '../widget';
import { ALL_FORMS, context, photo } from '../widget/record/fixtures';
import { transactions } from '../widget/record/transaction';
import { accept } from './record';

const patient = { patientId: 'pat-2001', encounterId: 'enc-1001', patientLabel: 'Test Patient', facilityId: 'fac-001' };

let bundle: Bundle;
const media = (): Media => bundle.entry?.find(({ resource }) => resource?.resourceType === 'Media')?.resource as Media;

async function made(more: Parameters<typeof context>[0] = {}): Promise<Bundle> {
  const image = photo();
  return (await transactions([image], [image], context(more))).whole;
}

beforeEach(async () => {
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:picture');
  bundle = await made();
});

test('keeps what the widget hands over, once', () => {
  const kept = accept(bundle, patient, []);
  expect(kept).toEqual([
    {
      id: 'a'.repeat(32),
      title: 'Left forearm, close-up, mole A',
      site: 'Forearm structure (14975008), Left (7771000)',
      kind: 'lesion',
      notes: 'Two weeks\nafter the graft.',
      taken: '2026-03-04T08:15:00+13:00',
      by: 'Dr Test',
      consent: expect.stringMatching(/^given 2026-03-0[34] /),
      provenance: [
        'Author: Dr Test',
        'Assembler: iPhone, Safari',
        `source: Consent enc-1001.${'a'.repeat(32)}`,
        expect.stringMatching(/^Recorded: 2026-03-04T/),
      ],
      sensitive: false,
      size: 3,
      pictureUrl: 'blob:picture',
    },
  ]);
  expect(accept(bundle, patient, kept)).toEqual([]);
});

test.each(ALL_FORMS)('understands $form, $attachment, consent $consent, provenance $provenance', async (forms) => {
  const [entry] = accept(await made(forms), patient, []);
  expect(entry).toMatchObject({ kind: 'lesion', taken: '2026-03-04T08:15:00+13:00', by: 'Dr Test', size: 3 });
  expect(entry?.provenance).toContain('Assembler: iPhone, Safari');
  expect(entry?.consent !== '' || entry.notes.includes('Consent to clinical photos')).toBe(forms.consent !== 'off');
});

test.each<[string, () => void]>([
  ['no FHIR transaction', () => (bundle.type = 'batch')],
  ['no photo in it', () => (bundle.entry = [])],
  ['does not say how to store it', () => delete bundle.entry?.[0]?.request],
  ['does not say how to store it once', () => delete bundle.entry?.at(-1)?.request?.ifNoneExist],
  ['another patient', () => (media().subject = { reference: 'Patient/pat-2002' })],
  ['another encounter', () => (media().encounter = { reference: 'Encounter/enc-1002' })],
  ['not completed', () => (media().status = 'in-progress')],
  ['no identifier', () => delete media().identifier],
  ['without its picture', () => delete media().content.data],
  ['without its picture', () => (media().content.size = 4)],
  ['not a JPEG', () => (media().content.data = btoa('PNG'))],
  ['not base64', () => (media().content.data = '%')],
  ['not coded', () => (media().bodySite = { text: 'arm' })],
])('refuses: %s', (reason, spoil) => {
  spoil();
  expect(() => accept(bundle, patient, [])).toThrow(reason);
});
