/**
 * Invented languages, made from English: what is left plain on the
 * screen was hard-wired, what is cut off has no room to grow. The tags are
 * CLDR's own for this (https://cldr.unicode.org, "pseudolocales").
 */

import type { Catalogue, Message } from '.';

const ACCENTS: Readonly<Record<string, string>> = {
  a: 'à',
  b: 'ƀ',
  c: 'ç',
  d: 'ð',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'î',
  j: 'ĵ',
  k: 'ķ',
  l: 'ļ',
  m: 'ɱ',
  n: 'ñ',
  o: 'ö',
  p: 'þ',
  q: 'ǫ',
  r: 'ŕ',
  s: 'š',
  t: 'ţ',
  u: 'û',
  v: 'ṽ',
  w: 'ŵ',
  x: 'ẋ',
  y: 'ý',
  z: 'ž',
};

/** How much longer than English other languages are. */
const GROWTH = 0.35;

/** ⟦Ţàķé þĥöţöš ···⟧: accents, a third longer, in brackets; holes stay. */
export function accented<Key extends string>(catalogue: Catalogue<Key>): Catalogue<Key> {
  return every(catalogue, (text) => {
    const spelled = outsideHoles(text, (part) => [...part].map((letter) => ACCENTS[letter] ?? letter).join(''));
    const more = '·'.repeat(Math.round(text.length * GROWTH)).replace(/·{5}(?=·)/g, '$& '); // in words, which can wrap
    return `⟦${spelled}${more}⟧`;
  });
}

/** ⟦text⟧ that runs from right to left, by Unicode's override. */
export function mirrored<Key extends string>(catalogue: Catalogue<Key>): Catalogue<Key> {
  return every(catalogue, (text) => `⟦${outsideHoles(text, (part) => `\u202e${part}\u202c`)}⟧`);
}

function outsideHoles(text: string, change: (part: string) => string): string {
  return text
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith('{') || part === '' ? part : change(part)))
    .join('');
}

function every<Key extends string>(catalogue: Catalogue<Key>, change: (text: string) => string): Catalogue<Key> {
  const entries = Object.entries<Message>(catalogue).map(([key, message]): [string, Message] => {
    if (typeof message === 'string') return [key, change(message)];
    const { other, ...rest } = message;
    return [
      key,
      {
        ...Object.fromEntries(Object.entries(rest).map(([category, text]) => [category, change(text)])),
        other: change(other),
      },
    ];
  });
  return Object.fromEntries(entries) as Catalogue<Key>;
}
