/** Which body sites suggest that a photo is sensitive. The phone and the widget share the rule. */

/** Words of site ids: `genital-area` has the first. */
const PARTS: ReadonlySet<string> = new Set([
  'genital',
  'genitalia',
  'groin',
  'inguinal',
  'breast',
  'nipple',
  'areola',
  'penis',
  'scrotum',
  'vulva',
  'perineum',
  'perianal',
  'anus',
]);

/** Reports whether a photo of this site should be offered as sensitive. Nothing is set without a person. */
export function suggestsSensitive(site: string | undefined): boolean {
  return site?.split('-').some((part) => PARTS.has(part)) ?? false;
}
