/** Where the focus goes when what had it is replaced. */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Focuses the element with the returned ref when it appears, unless `takesFocus` is false then. */
export function useFocus<E extends HTMLElement>(takesFocus = true): RefObject<E | null> {
  const element = useRef<E>(null);
  // A layout effect, so that the next key already reaches the element.
  useLayoutEffect(() => {
    if (takesFocus) element.current?.focus();
  }, []);
  return element;
}

/** Calls `passOn` if the element with the returned ref goes with the focus inside. */
export function useLastFocus<E extends HTMLElement>(passOn: () => void): RefObject<E | null> {
  const element = useRef<E>(null);
  useLayoutEffect(
    () => () => {
      const root = element.current?.getRootNode();
      if (root instanceof ShadowRoot && element.current?.contains(root.activeElement)) passOn();
    },
    [],
  );
  return element;
}
