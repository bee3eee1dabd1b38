import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Media } from '../media';
import type { State } from '../model';
import type { Dispatch } from '../runtime';

/** What every screen has at hand. */
export interface Page {
  state: State;
  dispatch: Dispatch;
  media: Media;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('a screen was drawn outside the page');
  return page;
}
