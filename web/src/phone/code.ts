/**
 * The code: read off the address bar, or typed; a scanned one is exchanged while the rest of the page
 * is still on its way.
 */

import { ApiError, askGrant, exchangeCode, exchangeToken, type HeldGrant, type Joined } from '../api/client';
import type { Command } from '../contract/engine';
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

let early: { code: string; answer: Promise<Joined> } | null = null;

/** Asks for the session of the code in the address, if there is one. */
export function exchangeEarly(): void {
  const code = codeInAddress();
  if (code === null) return;
  const answer = exchangeToken('', code);
  answer.catch(() => undefined); // reported where it is taken
  early = { code, answer };
}

/** How often a phone that waits asks whether the desktop has admitted it. */
const ASK_MS = 1_500;

/**
 * Returns the session of a code. Where the desktop admits each phone, it shows a number first and waits. It fails with
 * an ApiError, such as token_invalid once three wrong numbers were typed.
 */
export async function exchange(code: string, signal: AbortSignal, show: (number: string) => void): Promise<HeldGrant> {
  let joined = await join(code, signal);
  while ('waitToken' in joined) {
    const { number, waitToken } = joined;
    show(number);
    await pause(ASK_MS, signal);
    joined = await askGrant('', waitToken, signal).catch((error: unknown) => {
      if (error instanceof ApiError && error.retryable) return joined;
      throw error;
    });
  }
  return joined;
}

/** The exchange that is under way, once, or a new one. */
function join(code: string, signal: AbortSignal): Promise<Joined> {
  const begun = early;
  early = null;
  if (begun?.code === code) return begun.answer;
  return isTypedCode(code) ? exchangeCode('', code, signal) : exchangeToken('', code, signal);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** Opens a session in the engine. */
export function openCommand({ aheadMs, ...session }: HeldGrant, apiBase: string): Command {
  return { type: 'open', apiBase, session, ...(aheadMs === undefined ? {} : { aheadMs }) };
}
