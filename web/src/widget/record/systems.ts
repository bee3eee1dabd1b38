/** Names of code systems, identifier systems and extensions in what the widget writes. */

const PHOTOBRIDGE = 'https://github.com/clinicpro/photobridge';

/** The system of an image's id. The same photo committed twice is the same resource. */
export const IMAGE_ID = `${PHOTOBRIDGE}/identifier/image`;
/** The system of a consent: one for each time a patient agreed, and the photos that it covers. */
export const CONSENT_ID = `${PHOTOBRIDGE}/identifier/consent`;
/** The system of a clinician whose launch token names no FHIR Practitioner: the token's `sub`. */
export const CLINICIAN_ID = `${PHOTOBRIDGE}/identifier/clinician`;
/** The photo that one was made from. Media has no element for it; DocumentReference has relatesTo. */
export const DERIVED_FROM = `${PHOTOBRIDGE}/StructureDefinition/derived-from`;
/** DocumentReference has no body site before R5. */
export const BODY_SITE = `${PHOTOBRIDGE}/StructureDefinition/body-site`;
/** DocumentReference has no element for what a photo shows. Media has reasonCode. */
export const KIND = `${PHOTOBRIDGE}/StructureDefinition/kind`;
/** DocumentReference has no element for how close the photo was taken. Media has view. */
export const VIEW = `${PHOTOBRIDGE}/StructureDefinition/view`;
/**
 * R4's Media has no laterality. mCODE's extension is for any CodeableConcept
 * (https://hl7.org/fhir/us/mcode/StructureDefinition-mcode-laterality-qualifier.html).
 */
export const LATERALITY = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier';

export const LOINC = 'http://loinc.org';

const HL7 = 'http://terminology.hl7.org/CodeSystem';
export const MEDIA_TYPE = `${HL7}/media-type`;
export const CONFIDENTIALITY = `${HL7}/v3-Confidentiality`;
export const CONSENT_SCOPE = `${HL7}/consentscope`;
export const ACT_CODE = `${HL7}/v3-ActCode`;
export const DATA_OPERATION = `${HL7}/v3-DataOperation`;
export const PARTICIPANT_TYPE = `${HL7}/provenance-participant-type`;
