/** References from one resource to another, to people and to phones. */

import type { Identifier, Reference } from 'fhir/r4.js';
import type { Clinician } from '../../contract/api';
import type { RecordContext, RecordForm } from './context';
import { CLINICIAN_ID, IMAGE_ID } from './systems';

export function imageIdentifier(id: string): Identifier {
  return { system: IMAGE_ID, value: id };
}

/** Points to a photo's resource by its identifier: the server's own id is not known here. */
export function imageReference(type: RecordForm, id: string): Reference {
  return { type, identifier: imageIdentifier(id) };
}

export function patientReference({ patientId }: RecordContext): Reference | undefined {
  return patientId === null ? undefined : { reference: `Patient/${patientId}` };
}

/** The clinician's Practitioner if the launch token names it, else who the token is for. */
export function clinicianReference({ id, name, practitionerId }: Clinician): Reference {
  return {
    ...(practitionerId
      ? { reference: `Practitioner/${practitionerId}` }
      : { type: 'Practitioner', identifier: { system: CLINICIAN_ID, value: id } }),
    ...(name ? { display: name } : {}),
  };
}

/** A phone is known by what its browser discloses, such as "iPhone, Safari". */
export function phoneReference(name: string): Reference {
  return { type: 'Device', display: name };
}

/** The longest id that FHIR allows (https://hl7.org/fhir/R4/datatypes.html#id). */
const MAX_ID = 64;

/** An id that FHIR allows, made from a photo's id. FHIR has no underscore; dots keep different ids different. */
export function resourceId(imageId: string): string {
  return imageId.replaceAll('.', '..').replaceAll('_', '.-').slice(-MAX_ID);
}
