/** The patient's consent to photos, as it was given on the phone. */

import type { Consent, Reference } from 'fhir/r4.js';
import type { WidgetImage } from '../image';
import type { RecordContext } from './context';
import { CONTAINED_ID, enteredOn } from './provenance';
import { imageReference, patientReference } from './references';
import { ACT_CODE, CONSENT_ID, CONSENT_SCOPE, LOINC } from './systems';
import { instantOf } from './times';

/** One time that a patient agreed, and the photos that it covers. */
export interface ConsentAct {
  /** RFC 3339. */
  at: string;
  images: readonly WidgetImage[];
}

/** The consents among these photos, each with the photos that it covers. */
export function consentActs(images: readonly WidgetImage[]): ConsentAct[] {
  const acts = new Map<string, WidgetImage[]>();
  for (const image of images) {
    const at = image.details.consentAt;
    if (at !== undefined) acts.set(at, [...(acts.get(at) ?? []), image]);
  }
  return [...acts].map(([at, covered]) => ({ at, images: covered }));
}

/**
 * Names a consent. The last photo is part of the name: when photos are added under the same consent, another
 * resource covers them too, and committing the same photos again makes no second one.
 */
export function consentIdentifier({ encounterId }: RecordContext, { images }: ConsentAct): string {
  return `${encounterId}.${images.at(-1)?.id ?? ''}`;
}

export function consentReference(context: RecordContext, act: ConsentAct): Reference {
  return { type: 'Consent', identifier: { system: CONSENT_ID, value: consentIdentifier(context, act) } };
}

export function consentResource(context: RecordContext, act: ConsentAct): Consent {
  const patient = patientReference(context);
  const given = instantOf(act.at);
  const phones = phonesOf(act);
  return {
    resourceType: 'Consent',
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${escaped(consentText(act))}</div>` },
    ...(phones.length > 0 ? { contained: [{ id: CONTAINED_ID, ...enteredOn(phones, given) }] } : {}),
    identifier: [{ system: CONSENT_ID, value: consentIdentifier(context, act) }],
    status: 'active',
    scope: { coding: [{ system: CONSENT_SCOPE, code: 'patient-privacy', display: 'Privacy Consent' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0', display: 'Consent Document' }] }],
    ...(patient ? { patient, performer: [patient] } : {}),
    dateTime: given,
    policyRule: { coding: [{ system: ACT_CODE, code: 'OPTIN', display: 'opt-in' }] },
    ...(patient ? { verification: [{ verified: true, verifiedWith: patient, verificationDate: given }] } : {}),
    provision: {
      type: 'permit',
      data: act.images.map(({ id }) => ({ meaning: 'instance', reference: imageReference(context.form, id) })),
    },
  };
}

/** "Consent to clinical photos given 2026-03-04 08:12, recorded on iPhone, Safari." */
export function consentText(act: ConsentAct): string {
  const phones = phonesOf(act);
  const where = phones.length > 0 ? `, recorded on ${phones.join('; ')}` : '';
  return `Consent to clinical photos given ${instantOf(act.at).slice(0, 16).replace('T', ' ')}${where}.`;
}

function phonesOf({ images }: ConsentAct): string[] {
  return [...new Set(images.flatMap(({ phone }) => (phone === undefined ? [] : [phone])))];
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
