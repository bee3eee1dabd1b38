/** The record's transactions against FHIR servers that are not ours. */

import { createHash } from 'node:crypto';
import type { Binary, Consent, DocumentReference, Media, Provenance, Resource } from 'fhir/r4';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WidgetImage } from '../../image';
import type { RecordContext } from '../context';
import { ALL_FORMS, context, FULL, photo } from '../fixtures';
import { transactions } from '../transaction';
import { asymmetrik } from './asymmetrik';
import { loadDefinitions, medplum } from './medplum';
import type { FhirServer } from './server';

const SERVERS: Readonly<Record<string, () => Promise<FhirServer>>> = { medplum, asymmetrik };

/** Photos of different bytes, with the checksums that their objects in the store have. */
function photos(count: number): { image: WidgetImage; sha256: string }[] {
  return Array.from({ length: count }, (_, n) => {
    const bytes = Uint8Array.of(0xff, 0xd8, 0xff, n);
    const id = n.toString(16).padStart(32, '0');
    const file = new File([bytes], 'photo.jpg', { type: 'image/jpeg' });
    return {
      image: photo({ ...FULL, sensitive: n % 2 === 0 }, { id, number: n + 1, file }),
      sha256: createHash('sha256').update(bytes).digest('base64'),
    };
  });
}

const DESKTOPS: readonly Partial<RecordContext>[] = [
  { clinician: { id: 'dr-1', name: 'Dr Test', practitionerId: 'prac-1' } },
  { clinician: { id: 'nurse-2', name: 'Nurse Test' }, at: '2026-03-04T09:31:00Z' },
];

beforeAll(loadDefinitions, 60_000);

describe.each(Object.entries(SERVERS))('%s', (_, start) => {
  let server: FhirServer;
  beforeEach(async () => {
    server = await start();
  });
  afterEach(() => server.stop());

  test('what is not R4 has issues', async () => {
    const media = (await transactions([photo()], [photo()], context())).whole.entry?.at(-1)?.resource as Media;
    for (const wrong of [{ colour: 'red' }, { content: undefined }, { height: 'tall' }])
      expect(server.issues({ ...media, ...wrong } as Media)).not.toEqual([]);
  });

  test.each(ALL_FORMS)('$form, $attachment, $consent, $provenance: keeps every element', async (forms) => {
    const { whole } = await transactions([photo()], [photo()], context(forms));
    const sent = whole.entry?.flatMap(({ resource }) => (resource ? [resource] : [])) ?? [];
    await server.transact(structuredClone(whole));
    for (const { id: _, ...resource } of sent) {
      const [kept] = await server.all(resource.resourceType);
      // The photo has got an id meanwhile.
      expect(kept).toMatchObject(resource.resourceType === 'Provenance' ? { ...resource, target: [{}] } : resource);
    }
  });

  describe.each(ALL_FORMS)('$form, $attachment, consent $consent, provenance $provenance', (forms) => {
    const made = (images: readonly WidgetImage[], desktop: number) =>
      transactions(images, images, context({ ...forms, ...DESKTOPS[desktop] }));

    test.each([1, 2, 20])('%i photos, committed by two desktops, are in the record once', async (count) => {
      const all = photos(count);
      const images = all.map(({ image }) => image);
      // The response to the first is lost.
      await server.transact((await made(images, 0)).whole);
      await server.transact((await made(images, 1)).whole);
      await isOnce(server, all, forms.form);
      expect((await server.all<Consent>('Consent')).length).toBe(forms.consent === 'Consent' ? 1 : 0);
    });

    test.each([1, 2, 20])('%i photos one by one, the odd ones a second time', async (count) => {
      const all = photos(count);
      const images = all.map(({ image }) => image);
      for (const { bundle } of (await made(images, 0)).photos) await server.transact(bundle);
      const odd = images.filter((_one, n) => n % 2 === 0);
      for (const { bundle } of (await made(odd, 1)).photos) await server.transact(bundle);
      await isOnce(server, all, forms.form);
      expect((await server.all<Consent>('Consent')).length).toBe(forms.consent === 'Consent' ? count : 0);
    });
  });
});

async function isOnce(
  server: FhirServer,
  all: readonly { image: WidgetImage; sha256: string }[],
  form: RecordContext['form'],
): Promise<void> {
  const described = await server.all<Media | DocumentReference>(form);
  const idOf = ({ identifier }: Media | DocumentReference): string => identifier?.[0]?.value ?? '';
  expect(described.map(idOf).sort()).toEqual(all.map(({ image }) => image.id).sort());
  const binaries = await server.all<Binary>('Binary');
  const urls = new Set<string>();
  for (const one of described) {
    const content = one.resourceType === 'Media' ? one.content : one.content[0]?.attachment;
    if (content?.url) urls.add(content.url);
    // As a viewer would: through the resource.
    const data = content?.data ?? (await server.read<Binary>(content?.url ?? '')).data ?? '';
    const sha256 = createHash('sha256').update(Buffer.from(data, 'base64')).digest('base64');
    expect(sha256).toBe(all.find(({ image }) => image.id === idOf(one))?.sha256);
  }
  expect(binaries.map(({ id }) => `Binary/${id}`).sort()).toEqual([...urls].sort());
  for (const { securityContext } of binaries) expect(securityContext?.reference).toBe('Patient/pat-2001');
  const provenances = await server.all<Provenance>('Provenance');
  const targets = provenances.flatMap(({ target }) => target.map(({ reference }) => reference));
  const isContained = described.every(({ contained }) => contained?.length === 1);
  expect(targets.sort()).toEqual(isContained ? [] : described.map(({ id }) => `${form}/${id}`).sort());
  const consents = await server.all<Consent>('Consent');
  const stored: Resource[] = [...described, ...binaries, ...provenances, ...consents];
  expect(stored.flatMap((resource) => server.issues(resource))).toEqual([]);
}
