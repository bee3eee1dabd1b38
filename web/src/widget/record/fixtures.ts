/** Invented photos for the tests of the record. */

import type { Metadata } from '../../contract/api';
import { codeMetadata, type WidgetImage } from '../image';
import { AT, jpeg, listed } from '../session/fixtures';
import { DEFAULT_FORMS, type RecordContext, type RecordForms } from './context';

export const FULL: Metadata = {
  bodySite: 'forearm',
  laterality: 'left',
  view: 'close-up',
  kind: 'lesion',
  label: 'mole A',
  notes: 'Two weeks\nafter the graft.',
  captured: { local: '2026-03-04T08:15:00', offset: '+13:00', source: 'file' },
  consentAt: '2026-03-03T19:12:00Z',
};

/** A photo as the widget shows it; its bytes are three, or those of `more`. */
export function photo(details: Metadata = FULL, more: Partial<WidgetImage> = {}): WidgetImage {
  const { imageId, width, height, uploadedAt } = listed('a');
  return {
    id: imageId,
    number: 1,
    file: jpeg(),
    width,
    height,
    uploadedAt,
    details,
    metadata: codeMetadata(details),
    failed: false,
    local: false,
    phone: 'iPhone, Safari',
    ...more,
  };
}

export function context(more: Partial<RecordContext> = {}): RecordContext {
  return {
    ...DEFAULT_FORMS,
    encounterId: 'enc-1001',
    patientId: 'pat-2001',
    clinician: { id: 'dr-1', name: 'Dr Test', practitionerId: 'prac-1' },
    at: AT,
    ...more,
  };
}

/** Every way to write a photo into a record. */
export const ALL_FORMS: readonly RecordForms[] = (['Media', 'DocumentReference'] as const).flatMap((form) =>
  (['inline', 'binary'] as const).flatMap((attachment) =>
    (['Consent', 'note', 'off'] as const).flatMap((consent) =>
      (['contained', 'resource'] as const).map((provenance) => ({
        ...DEFAULT_FORMS,
        form,
        attachment,
        consent,
        provenance,
      })),
    ),
  ),
);
