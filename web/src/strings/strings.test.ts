import { describe, expect, test } from 'vitest';
import { chooseLanguage, directionOf, translator, type Catalogue, type Message } from '.';
import phone from './phone.en';
import widget from './widget.en';

const catalogues = import.meta.glob<{ default: Catalogue }>('./{phone,widget}.*.ts', { eager: true });
const english: Readonly<Record<string, Catalogue>> = { phone, widget };

const formsOf = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const generalForm = (message: Message): string => (typeof message === 'string' ? message : message.other);
const holesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();

test('every language is one of both pages', () => {
  const languagesOf = (page: string): string[] =>
    Object.keys(catalogues).flatMap((path) => new RegExp(`${page}\\.(.+)\\.ts$`).exec(path)?.[1] ?? []);
  // The widget makes its pseudo-languages when they are asked for.
  expect(languagesOf('widget')).toEqual(languagesOf('phone').filter((tag) => !tag.includes('-X')));
});

describe.each(Object.entries(catalogues))('%s', (path, { default: catalogue }) => {
  const [, page = '', language = ''] = /(\w+)\.([\w-]+)\.ts$/.exec(path) ?? [];
  const reference = english[page] ?? {};

  test('says everything, with the same holes as English', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(reference).sort());
    for (const [key, message] of Object.entries<Message>(catalogue)) {
      const wanted = holesOf(generalForm(reference[key] ?? ''));
      expect(holesOf(generalForm(message)), key).toEqual(wanted);
      // A form for one may leave the number out: "the photo".
      for (const form of formsOf(message))
        expect(wanted, `${key}: ${form}`).toEqual(expect.arrayContaining(holesOf(form)));
    }
  });

  test('has the plural forms that the language knows, and no others', () => {
    const known = new Set<string>(new Intl.PluralRules(language).resolvedOptions().pluralCategories);
    const plurals = Object.entries<Message>(catalogue).filter(([, message]) => typeof message !== 'string');
    // The pseudo-languages are English underneath.
    if (language.includes('-X')) return;
    for (const [key, message] of plurals)
      expect(
        Object.keys(message).filter((category) => !known.has(category)),
        key,
      ).toEqual([]);
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

test.each([
  ['en', 'ltr'],
  ['mi', 'ltr'],
  ['ar', 'rtl'],
  ['ar-XB', 'rtl'],
  ['fa-IR', 'rtl'],
])('%s is written %s', (tag, direction) => {
  expect(directionOf(tag)).toBe(direction);
});
