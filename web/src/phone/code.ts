/**
 * The code: read off the address bar, or typed; a scanned one is exchanged while the rest of the page
 * is still on its way.
 */

import { exchangeCode, exchangeToken } from '../api/client';
import type { Grant } from '../contract/api';
import { isTypedCode } from './typed';

const FRAGMENT = /^#t=(.+)$/;

/** The QR token in the fragment; null if there is none. */
export function codeInAddress(): string | null {
  const [, code] = FRAGMENT.exec(location.hash) ?? [];
  if (code === undefined) return null;
  try {
    return decodeURIComponent(code);
  } catch {
    return code; // not ours; the edge will say so
  }
}

let early: { code: string; answer: Promise<Grant> } | null = null;

/** Asks for the session of the code in the address, if there is one. */
export function exchangeEarly(): void {
  const code = codeInAddress();
  if (code === null) return;
  const answer = exchangeToken('', code);
  answer.catch(() => undefined); // whoever takes it hears of it
  early = { code, answer };
}

/**
 * The session of a code: the answer that is under way, once, or a new one.
 * @throws ApiError
 */
export function exchange(code: string, signal: AbortSignal): Promise<Grant> {
  const begun = early;
  early = null;
  if (begun?.code === code) return begun.answer;
  return isTypedCode(code) ? exchangeCode('', code, signal) : exchangeToken('', code, signal);
}
