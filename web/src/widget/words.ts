/** The widget's texts in its language. */

import type { CommitProblem } from './record/results';
import type { SessionProblem } from './session/api';
import { translator, type Translate } from '../strings';
import { widgetEnglish, type WidgetKey } from '../strings/widget.en';

export type Words = Translate<WidgetKey> & { readonly language: string };

/** The words for a BCP 47 tag. A new language is one more catalogue here. */
export function wordsFor(tag: string): Words {
  return Object.assign(translator<WidgetKey>(widgetEnglish, 'en'), { language: formattable(tag) });
}

/** A tag that dates can be written in. A host may say `en_NZ`, and a browser `C` where its system names no language. */
function formattable(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** What went wrong, for the clinician. Each code has a text; the types see to that. */
export function problemText({ code }: SessionProblem, words: Words): string {
  return words(`problem.${code}`);
}

/** Why a photo is not in the record: the host's own words, or ours for what it did. */
export function commitText({ code, detail }: CommitProblem, words: Words): string {
  return words(`commit.${code}`, { detail });
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

/** A day and a time as the clock on the wall showed them: `2026-03-04T08:15:00`. */
export function wallText(local: string, language: string): string {
  return new Date(`${local}Z`).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
}
