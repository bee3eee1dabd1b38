/** Sentences for codes: of photos, of the queue, of the edge. */

import type { Problem, PhotoSnapshot, Warning } from '../contract/engine';
import english, { type PhoneKey } from '../strings/phone.en';
import type { Laterality, Metadata, Grant } from '../contract/api';
import { placeText } from '../place';
import type { TroubleCode, Typed } from './model';
import { isTagged, patientOf } from './select';
import { bytesLabel, percentLabel, siteLabel, t } from './strings';

const isKey = (key: string): key is PhoneKey => key in english;

export function warningText(warning: Warning): string {
  return t(`warning.${warning}`);
}

/** Names the patient on every screen. */
export function patientText(session: Grant): string {
  const patient = patientOf(session);
  return 'label' in patient ? patient.label : t('patient.unnamed', { id: patient.id });
}

/** "Forearm, Left", in the page's language. */
export function placeLabel(details: Metadata): string {
  const side = (id: Laterality) => t(`side.${id}`);
  const sided = (site: string, id: Laterality) => t('metadata.place', { site, side: side(id) });
  return placeText(details, { site: siteLabel, side, sided }) || t('side.na');
}

/** What a desktop made of a photo after it was sent. */
export function correctedText(details: Metadata): string {
  return isTagged(details) ? t('progress.corrected', { place: placeLabel(details) }) : t('progress.corrected.other');
}

/** What is wrong with a photo, short. The catalogue has every code of this version; a newer edge may have others. */
export function problemText(code: Problem['code']): string {
  const key: PhoneKey = `problem.${code}`;
  return t(isKey(key) ? key : 'problem.internal');
}

export interface TroubleText {
  title: string;
  what: string;
  todo: string;
  /** Another way out, for who cannot do that. */
  or?: string;
}

/** The texts of the Error screen. */
export function troubleText(code: TroubleCode): TroubleText {
  const part = (name: string) => {
    const key = `trouble.${code}.${name}`;
    return isKey(key) ? t(key) : t(`trouble.other.${name}` as PhoneKey);
  };
  const or = `trouble.${code}.or`;
  return { title: part('title'), what: part('what'), todo: part('todo'), ...(isKey(or) && { or: t(or) }) };
}

/** Why what was typed did not work, and what to do. */
export function typedText(wrong: Exclude<Typed, 'asking'>): string {
  if (wrong === 'malformed' || wrong === 'token_invalid') return t(`code.${wrong}`);
  const { what, todo } = troubleText(wrong);
  return `${what} ${todo}`;
}

/** What a photo's progress line says. `decoder` is the download that the photo waits for, if any. */
export function progressText(photo: PhotoSnapshot, decoder: number | null): string {
  switch (photo.state) {
    case 'chosen':
      return t('progress.compressing');
    case 'compressing':
      return decoder === null ? t('progress.compressing') : t('progress.decoder', { share: percentLabel(decoder) });
    case 'ready':
    case 'queued':
    case 'signing':
      return photo.retryAt === undefined ? t('progress.waiting') : t('progress.again');
    case 'sending':
      if (photo.sentBytes < photo.bytes)
        return t('progress.sending', { share: percentLabel(photo.sentBytes / photo.bytes) });
      return t('progress.confirming'); // all bytes are sent, and the edge has not confirmed them yet
    case 'confirming':
      return t('progress.confirming');
    case 'confirmed':
      return t('progress.confirmed');
    case 'removed':
      return t('progress.removed');
    case 'cancelled':
      return t('progress.cancelled');
    case 'failed':
      return problemText(photo.problem?.code ?? 'internal');
  }
}

/** 3.9 MB → 0.9 MB. */
export function sizeText(photo: PhotoSnapshot): string {
  return photo.bytes > 0 && photo.bytes < photo.originalBytes
    ? t('photo.shrunk', { before: bytesLabel(photo.originalBytes), after: bytesLabel(photo.bytes) })
    : bytesLabel(photo.bytes || photo.originalBytes);
}
