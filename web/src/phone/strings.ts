/** The language of the phone page: chosen once, before the first screen. */

import { chooseLanguage, directionOf, translator, type Catalogue, type Translate } from '../strings';
import english, { type PhoneKey } from '../strings/phone.en';
import { BODY_SITES } from '../bodysites';

type Loader = () => Promise<{ default: Catalogue<PhoneKey> }>;

// Another language is one more file beside phone.en.ts; it is fetched only where it is wanted.
const others: Record<string, Loader> = Object.fromEntries(
  Object.entries(
    import.meta.glob<{ default: Catalogue<PhoneKey> }>(['../strings/phone.*.ts', '!../strings/phone.en.ts']),
  ).map(([path, load]) => [/phone\.(.+)\.ts$/.exec(path)?.[1] ?? path, load]),
);

let language = 'en';
let translate: Translate<PhoneKey> = translator(english, language);

/** The text of a key in the page's language. */
export const t: Translate<PhoneKey> = (key, values) => translate(key, values);

/** Picks and loads the language; `?lang=` overrules the phone's own. Falls back to English. */
export async function loadLanguage(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('lang');
  const chosen = chooseLanguage(
    [...(asked ? [asked] : []), ...navigator.languages],
    ['en', ...Object.keys(others)],
    'en',
  );
  const load = others[chosen];
  if (load) {
    try {
      useCatalogue((await load()).default, chosen);
    } catch {
      // Offline before the language was stored: English is better than nothing.
    }
  }
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** Speaks another catalogue from now on. */
export function useCatalogue(catalogue: Catalogue<PhoneKey>, tag: string): void {
  language = tag;
  translate = translator(catalogue, tag);
}

export function siteLabel(id: string): string {
  const site = BODY_SITES.find((other) => other.id === id);
  return site ? t(`site.${site.id}` as PhoneKey) : id;
}

/** Bytes as a person says them: 840 kB, 3.9 MB (SI, as the limits are). */
export function bytesLabel(bytes: number): string {
  const [value, unit] =
    bytes < 999_500 ? [Math.max(bytes > 0 ? 1 : 0, Math.round(bytes / 1000)), 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'megabyte' ? 1 : 0,
  }).format(value ?? 0);
}

export function percentLabel(share: number): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** A time of day, from RFC 3339. */
export function timeLabel(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? ''
    : new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(date);
}
