import { expect, test, vi } from 'vitest';
import { BODY_SITES, LATERALITIES } from '../bodysites';
import { placeText } from './image';
import english from '../strings/widget.en';
import { commitText, momentText, timeText, wallText, wordsFor, wordsIn } from './words';

test.each([
  ['en-NZ', 'en-NZ'],
  ['de', 'de'],
  ['en_NZ', 'en'],
  ['C', 'en'],
  ['', 'en'],
])('times are written whatever language is asked for: %j', (tag, language) => {
  const words = wordsFor(tag);
  expect(words.language).toBe(language);
  expect(timeText('2026-03-04T10:05:00Z', words.language)).toMatch(/05/);
  expect(momentText('2026-03-04T10:05:00Z', words.language)).toMatch(/2026/);
  expect(wallText('2026-03-04T23:05:00', 'en-NZ')).toMatch(/4 Mar 2026.*11:05/);
});

test.each([
  [{ code: 'refused', detail: 'the record is {locked}.' }, 'the record is {locked}.'],
  [{ code: 'busy', detail: '503' }, 'the record system is busy (503). Try again in a minute.'],
] as const)('%j is explained to the clinician', (problem, text) => {
  expect(commitText(problem, wordsFor('en'))).toBe(text);
});

test('English names a place on the screen as in the record', () => {
  const words = wordsFor('en-NZ');
  for (const bodySite of [undefined, ...BODY_SITES.map(({ id }) => id)])
    for (const laterality of [undefined, ...LATERALITIES.map(({ id }) => id)]) {
      const details = { ...(bodySite && { bodySite }), ...(laterality && { laterality }) };
      expect(words.place(details)).toBe(placeText(details));
    }
});

test.each([
  ['en', '{site}, links', 'Forearm, links'],
  ['en', 'links: {site}', 'links: forearm'],
  ['en', '({site}) links', '(Forearm) links'],
  ['de', 'links: {site}', 'links: Forearm'],
])('in %s a site inside a sentence is written as the language does: %s', (language, left, place) => {
  const words = wordsFor(language, { ...english, 'place.left': left }, language);
  expect(words.place({ bodySite: 'forearm', laterality: 'left' })).toBe(place);
});

test.each([
  [['en-NZ', 'ar-XB'], 'en', 'ltr', 'en-NZ', 'Clinical photos'],
  [['ar-XB'], 'ar-XB', 'rtl', 'ar-XB', '⟦\u202eClinical photos\u202c⟧'],
  [['xx', 'en-XA'], 'en-XA', 'ltr', 'xx', '⟦Cļîñîçàļ þĥöţöš·····⟧'],
  [['xx'], 'en', 'ltr', 'xx', 'Clinical photos'],
])('%j is spoken as %s, loaded once', async (tags, spoken, direction, language, title) => {
  const ready = vi.fn();
  if (!wordsIn(tags, ready)) await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
  const words = wordsIn(tags, ready);
  expect({ ...words }).toMatchObject({ spoken, direction, language });
  expect(words?.('title')).toContain(title.slice(0, 10));
});
