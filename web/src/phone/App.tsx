import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CameraSheet } from './camera/CameraSheet';
import { PageContext, type Page } from './parts/context';
import { Toast } from './parts/Toast';
import { Capture } from './screens/Capture';
import { Code } from './screens/Code';
import { Consent } from './screens/Consent';
import { Loading } from './screens/Loading';
import { Metadata } from './screens/Metadata';
import { PhotoSheet } from './screens/PhotoSheet';
import { Review } from './screens/Review';
import { SitesSheet } from './screens/SitesSheet';
import { Success } from './screens/Success';
import { Trouble } from './screens/Trouble';
import { Uploading } from './screens/Uploading';
import { Waiting } from './screens/Waiting';
import type { Screen, Sheet } from './model';

const SCREENS: Record<Screen, () => JSX.Element | null> = {
  loading: Loading,
  code: Code,
  waiting: Waiting,
  consent: Consent,
  capture: Capture,
  review: Review,
  metadata: Metadata,
  uploading: Uploading,
  success: Success,
  error: Trouble,
};

const SHEETS: Record<Sheet, () => JSX.Element | null> = { camera: CameraSheet, sites: SitesSheet, photo: PhotoSheet };

export function App(page: Page) {
  const { screen, sheet, current } = page.state;
  const Shown = SCREENS[screen];
  const Over = sheet === null ? undefined : SHEETS[sheet];
  useScreenFocus(screen === 'metadata' ? `metadata ${current ?? ''}` : screen);
  useFocusKept();
  return (
    <PageContext.Provider value={page}>
      <Shown />
      {Over && <Over />}
      <Toast />
    </PageContext.Provider>
  );
}

/** A new screen begins at its top, and its title is read out. */
function useScreenFocus(key: string): void {
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('[data-screen-title]')?.focus({ preventScroll: true });
  }, [key]);
}

/** When the focused control is gone, a deleted photo's for one, the focus goes to the title and not to nowhere. */
function useFocusKept(): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const lost = document.activeElement === document.body && last.current !== null && !last.current.isConnected;
    if (lost) document.querySelector<HTMLElement>('[data-screen-title]')?.focus({ preventScroll: true });
    last.current = document.activeElement;
  });
}
