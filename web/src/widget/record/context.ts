/** The context of the photos in a record: the patient, the clinician, and the forms of resources. */

import type { Clinician } from '../../contract/api';
import type { RecordGate } from '../readiness';

/** What describes each photo in the record. */
export type RecordForm = 'Media' | 'DocumentReference';

/**
 * Where a photo's bytes are: inside the resource that describes it, or in a Binary that it points to. A Binary has no
 * search parameters, so it is updated under a fixed id; the server has to allow clients to choose ids.
 */
export type AttachmentForm = 'inline' | 'binary';

/** How consent that was given on the phone is recorded: as a resource, as a note on the photo, or not at all. */
export type ConsentForm = 'Consent' | 'note' | 'off';

/**
 * Where a photo's provenance is: inside the resource that describes it, or in a resource under a fixed id. Provenance
 * has no identifier in R4, so it cannot be created conditionally.
 */
export type ProvenanceForm = 'contained' | 'resource';

export interface RecordForms {
  /** What has to be there before. */
  gate: RecordGate;
  form: RecordForm;
  attachment: AttachmentForm;
  consent: ConsentForm;
  provenance: ProvenanceForm;
}

export const DEFAULT_FORMS: RecordForms = {
  gate: 'site-side',
  form: 'Media',
  attachment: 'inline',
  consent: 'Consent',
  provenance: 'contained',
};

export interface RecordContext extends RecordForms {
  encounterId: string;
  /** Null: the launch token names none. */
  patientId: string | null;
  /** Whose launch token this desktop has. */
  clinician: Clinician | null;
  /** When the photos are added to the record, RFC 3339. */
  at: string;
}
