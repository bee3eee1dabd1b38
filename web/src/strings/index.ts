/**
 * Texts. A catalogue maps keys to sentences with `{name}` holes; a sentence
 * that depends on a number `n` has a form for each plural category of its
 * language (https://cldr.unicode.org/index/cldr-spec/plural-rules).
 */

export type Plural = { readonly other: string } & {
  readonly [Category in Exclude<Intl.LDMLPluralRule, 'other'>]?: string;
};
export type Message = string | Plural;
export type Catalogue<Key extends string = string> = Readonly<Record<Key, Message>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate<Key extends string> = (key: Key, values?: Values) => string;

/** Binds a catalogue to its language, a BCP 47 tag. */
export function translator<Key extends string>(catalogue: Catalogue<Key>, language: string): Translate<Key> {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    // What an edge or a host says may be newer than this catalogue.
    const message: Message | undefined = catalogue[key];
    if (message === undefined) return key.slice(key.lastIndexOf('.') + 1);
    const text = typeof message === 'string' ? message : (message[rules.select(Number(values.n))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      return value === undefined ? hole : typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}

const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** The direction in which a language is written. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(tag.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/**
 * The best of the languages on offer for a person's list of preferences:
 * exact, then by the language alone (de-AT takes de); else the fallback.
 */
export function chooseLanguage(wanted: readonly string[], offered: readonly string[], fallback: string): string {
  for (const tag of wanted) {
    const exact = offered.find((offer) => offer.toLowerCase() === tag.toLowerCase());
    if (exact) return exact;
    const [base] = tag.toLowerCase().split('-');
    const near = offered.find((offer) => offer.toLowerCase() === base);
    if (near) return near;
  }
  return fallback;
}
