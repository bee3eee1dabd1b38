/** Where a photo came from: the phone, who corrected it, who added it to the record, and what it was made from. */

import type { Provenance, ProvenanceAgent, ProvenanceEntity, Reference } from 'fhir/r4.js';
import type { Derivation, WidgetImage } from '../image';
import type { RecordContext } from './context';
import { clinicianReference, imageReference, phoneReference } from './references';
import { DATA_OPERATION, PARTICIPANT_TYPE } from './systems';
import { instantOf } from './times';

/** The place of a contained provenance inside its photo's resource. */
export const CONTAINED_ID = 'provenance';

/** @param consent the consent that covers the photo, where the record has it as a resource */
export function provenance(
  image: WidgetImage,
  context: RecordContext,
  target: Reference,
  consent: Reference | undefined,
): Provenance {
  const entity: ProvenanceEntity[] = [
    ...(image.derivedFrom === undefined
      ? []
      : [{ role: 'derivation' as const, what: source(image.derivedFrom, image.derivation, context) }]),
    ...(consent ? [{ role: 'source' as const, what: consent }] : []),
  ];
  return {
    resourceType: 'Provenance',
    target: [target],
    occurredPeriod: { start: instantOf(image.uploadedAt), end: instantOf(image.correctedAt ?? image.uploadedAt) },
    recorded: instantOf(context.at),
    activity: { coding: [activity(image)] },
    agent: agents(image, context),
    ...(entity.length > 0 ? { entity } : {}),
  };
}

/** The photo that this one was made from, and how in words: FHIR has one code for every way. */
function source(id: string, derivation: Derivation | undefined, { form }: RecordContext): Reference {
  const how = derivation === 'annotated' ? 'Annotated' : 'Cropped';
  return { ...imageReference(form, id), display: `${how} from the original photo` };
}

/** Who entered the details on phones. A phone does not know the name of the person who holds it. */
export function enteredOn(phones: readonly string[], recorded: string): Provenance {
  return {
    resourceType: 'Provenance',
    target: [{ reference: '#' }],
    recorded,
    activity: { coding: [{ system: DATA_OPERATION, code: 'CREATE', display: 'create' }] },
    agent: phones.map((phone) => agent('enterer', 'Enterer', phoneReference(phone))),
  };
}

function activity({ correctedBy }: WidgetImage) {
  return correctedBy
    ? { system: DATA_OPERATION, code: 'UPDATE', display: 'revise' }
    : { system: DATA_OPERATION, code: 'CREATE', display: 'create' };
}

/** At least one agent is required: without any other, the desktop is it. */
function agents({ phone, correctedBy }: WidgetImage, { clinician }: RecordContext): ProvenanceAgent[] {
  const found: ProvenanceAgent[] = [
    ...(clinician ? [agent('author', 'Author', clinicianReference(clinician))] : []),
    ...(correctedBy ? [agent('enterer', 'Enterer', clinicianReference(correctedBy))] : []),
    ...(phone === undefined ? [] : [agent('assembler', 'Assembler', phoneReference(phone))]),
  ];
  return found.length > 0 ? found : [agent('assembler', 'Assembler', phoneReference('Photobridge'))];
}

function agent(code: string, display: string, who: Reference): ProvenanceAgent {
  return { type: { coding: [{ system: PARTICIPANT_TYPE, code, display }] }, who };
}
