import { describe, expect, test } from 'vitest';
import { chooseLanguage, translator, type Catalogue, type Message } from '.';
import english, { type PhoneKey } from './phone.en';

const catalogues = import.meta.glob<{ default: Catalogue<PhoneKey> }>('./phone.*.ts', { eager: true });

const formsOf = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const generalForm = (message: Message): string => (typeof message === 'string' ? message : message.other);
const holesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();

describe.each(Object.entries(catalogues))('%s', (path, { default: catalogue }) => {
  const language = /phone\.(.+)\.ts$/.exec(path)?.[1] ?? '';

  test('says everything, with the same holes as English', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(english).sort());
    for (const [key, message] of Object.entries<Message>(catalogue)) {
      const wanted = holesOf(generalForm(english[key as PhoneKey] ?? ''));
      expect(holesOf(generalForm(message)), key).toEqual(wanted);
      // A form for one may leave the number out: "the photo".
      for (const form of formsOf(message))
        expect(wanted, `${key}: ${form}`).toEqual(expect.arrayContaining(holesOf(form)));
    }
  });

  test('has no plural form that the language does not know', () => {
    const known = new Set<string>(new Intl.PluralRules(language).resolvedOptions().pluralCategories);
    const used = Object.values<Message>(catalogue).flatMap((message) =>
      typeof message === 'string' ? [] : Object.keys(message),
    );
    // The pseudo-languages are English underneath.
    if (!language.includes('-X')) expect(used.filter((category) => !known.has(category))).toEqual([]);
  });
});

test('a number picks its plural form and is written as the language does', () => {
  const t = translator({ photos: { one: '{n} photo', other: '{n} photos' } }, 'en');
  expect([0, 1, 2, 1200].map((n) => t('photos', { n }))).toEqual(['0 photos', '1 photo', '2 photos', '1,200 photos']);
});

test('a key that is newer than the catalogue says its own name', () => {
  const t = translator<string>({ 'view.overview': 'Overview' }, 'en');
  expect([t('view.overview'), t('view.macro')]).toEqual(['Overview', 'macro']);
});

test('a hole without a value stays visible', () => {
  expect(translator({ hello: 'Hello {name}' }, 'en')('hello')).toBe('Hello {name}');
});

test.each([
  [['de-AT', 'en'], 'de'],
  [['mi'], 'en'],
  [['EN-gb'], 'en'],
  [['fr', 'pt-BR'], 'pt-BR'],
  [[], 'en'],
])('%j is spoken to in %s', (wanted, chosen) => {
  expect(chooseLanguage(wanted, ['en', 'de', 'pt-BR'], 'en')).toBe(chosen);
});
