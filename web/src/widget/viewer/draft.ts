/** The text of a field while a person types it. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Draft {
  /** What the field shows. */
  text: string;
  type(text: string): void;
  /** Sends what was typed, if it is not sent yet. */
  send(): void;
}

/**
 * Keeps what is typed in place of `value`, which changes with every photo and response. The text is sent when the field
 * or the page closes, and when the typing pauses for `pauseMs`, if that is given.
 */
export function useDraft(value: string, onSend: (text: string) => void, pauseMs?: number): Draft {
  const [typed, setTyped] = useState<string | null>(null);
  const draft = useRef<string | null>(null);
  const type = (text: string | null): void => {
    draft.current = text;
    setTyped(text);
  };
  const send = useRef<() => void>(() => undefined);
  send.current = () => {
    if (draft.current !== null && draft.current !== value) onSend(draft.current);
    type(null);
  };
  useEffect(() => {
    if (typed === null || pauseMs === undefined) return;
    const timer = setTimeout(() => send.current(), pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  // A layout effect, because the form and the page can close before other effects have run.
  useLayoutEffect(() => {
    const flush = (): void => send.current();
    addEventListener('pagehide', flush, { capture: true });
    return () => {
      removeEventListener('pagehide', flush, { capture: true });
      flush();
    };
  }, []);
  return { text: typed ?? value, type, send: () => send.current() };
}
