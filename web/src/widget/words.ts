/** The widget's texts in its language. */

import type { Laterality, Metadata } from '../contract/api';
import { placeText } from '../place';
import { chooseLanguage, directionOf, translator, type Catalogue, type Translate } from '../strings';
import english, { type WidgetKey } from '../strings/widget.en';
import type { WidgetImage } from './image';
import type { CommitProblem } from './record/results';
import type { AddingProblem, SessionProblem } from './session/api';

export type Words = Translate<WidgetKey> & {
  /** The language of dates and numbers. It may have no texts. */
  readonly language: string;
  /** The language of the texts. */
  readonly spoken: string;
  readonly direction: 'ltr' | 'rtl';
  /** The label of a body site, or '' for a site that this version does not know. */
  site(id: string): string;
  /** "Left forearm", or the part of it that is recorded. */
  place(details: Metadata): string;
};

type Texts = Catalogue<WidgetKey>;

/** Each language is a file next to widget.en.ts. It is loaded only if it is selected. */
const files = import.meta.glob<{ default: Texts }>(['../strings/widget.*.ts', '!../strings/widget.en.ts']);
const loaders = new Map<string, () => Promise<Texts>>([
  ['en-XA', async () => (await import('../strings/pseudo')).accented(english)],
  ['ar-XB', async () => (await import('../strings/pseudo')).mirrored(english)],
  ...Object.entries(files).map(
    ([path, load]) => [/widget\.(.+)\.ts$/.exec(path)?.[1] ?? path, async () => (await load()).default] as const,
  ),
]);
const loaded = new Map<string, Texts>([['en', english]]);

/**
 * Returns the words in the first of these languages that has texts. While they are loading, it returns undefined and
 * later calls `ready`. If loading fails, the words are English.
 */
export function wordsIn(tags: readonly string[], ready: () => void): Words | undefined {
  const spoken = chooseLanguage(tags.map(formattable), [...loaded.keys(), ...loaders.keys()], 'en');
  const texts = loaded.get(spoken);
  if (texts) return wordsFor(tags[0] ?? spoken, texts, texts === english ? 'en' : spoken);
  void load(spoken).then(ready);
  return undefined;
}

async function load(language: string): Promise<void> {
  const texts = await loaders
    .get(language)?.()
    .catch(() => undefined);
  loaded.set(language, texts ?? english);
}

/** The words of a catalogue, with dates and numbers by a BCP 47 tag. */
export function wordsFor(tag: string, texts: Texts = english, spoken = 'en'): Words {
  const words = translator(texts, spoken);
  const site = (id: string): string => (`site.${id}` in texts ? words(`site.${id}`) : '');
  const inside = (text: string): string => (NOUNS_ARE_CAPITAL.test(spoken) ? text : text.toLocaleLowerCase(spoken));
  const sided = (label: string, side: Exclude<Laterality, 'na'>): string => {
    const message = texts[`place.${side}`];
    const isFirst = typeof message === 'string' && /^[^\p{L}]*\{site\}/u.test(message);
    return words(`place.${side}`, { site: isFirst ? label : inside(label) });
  };
  return Object.assign(words, {
    language: formattable(tag),
    spoken,
    direction: directionOf(spoken),
    site,
    place: (details: Metadata) => placeText(details, { site, side: (side) => words(`side.${side}`), sided }),
  });
}

const NOUNS_ARE_CAPITAL = /^(de|lb)\b/;

/** Returns a tag that `Intl` accepts. A host may set `en_NZ`; a browser on a system without a language reports `C`. */
function formattable(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** Returns the error text for the clinician. The types ensure that each code has one. */
export function problemText({ code }: Pick<SessionProblem | AddingProblem, 'code'>, words: Words): string {
  return words(`problem.${code}`);
}

/** Returns why a photo is not in the record: the host's message, or our text for the code. */
export function commitText({ code, detail }: CommitProblem, words: Words): string {
  return words(`commit.${code}`, { detail });
}

/** Returns a photo's mark, such as "Edited copy"; '' for a photo from a phone that is not in the record. */
export function tagText(image: WidgetImage, words: Words): string {
  if (image.committedAt !== undefined) return words('image.committed');
  if (image.derivation) return words(image.derivation === 'annotated' ? 'image.annotated' : 'image.derived');
  return image.local ? words('image.kept') : '';
}

/** "4:05" */
export function clockText(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function timeText(time: string, language: string): string {
  return new Date(time).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
}

/** A day and a time, on this desktop's clock. */
export function momentText(time: string, language: string): string {
  return new Date(time).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Formats a local date and time such as `2026-03-04T08:15:00`, without converting it. */
export function wallText(local: string, language: string): string {
  return new Date(`${local}Z`).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
}
