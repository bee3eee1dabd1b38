import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Screen, State } from '../model';
import { t, timeLabel } from '../strings';
import { room, settled, waitingOf } from '../select';
import { patientText } from '../words';
import { usePage } from './context';
import { Icon } from './Icon';

/** Who the photos are for, on every screen, so that no photo goes into the wrong record. */
export function PatientBar() {
  const { state } = usePage();
  const { session } = state;
  const { used, max, tight } = room(state);
  return (
    <header class="patient-bar" ref={useBar('top')}>
      <Icon name="person" class="patient-icon" />
      <Whose />
      {!state.online && (
        <span class="badge badge-warn">
          <Icon name="offline" />
          {t('patient.offline')}
        </span>
      )}
      {session && isShown(state) && (
        <span class={tight ? 'badge badge-tight' : 'badge'}>
          <span aria-hidden="true">{t('patient.count', { used, max })}</span>
          <span class="sr">{t('patient.count.spoken', { used, max })}</span>
        </span>
      )}
    </header>
  );
}

/** While another code is opened, no name is shown: it may become another patient's page. */
function isShown({ closed, screen, token }: State): boolean {
  return !closed && !(screen === 'loading' && token !== null);
}

function Whose() {
  const { state } = usePage();
  const { session, screen } = state;
  if (session && isShown(state)) {
    return (
      <p class="patient">
        <span class="patient-for">{t('patient.for')} </span>
        <bdi>{patientText(session)}</bdi>
      </p>
    );
  }
  return screen === 'loading' ? (
    <p class="patient skeleton-text" aria-hidden="true" />
  ) : (
    <p class="patient">{t('brand')}</p>
  );
}

interface LayoutProps {
  /** Names the screen for the heading; hidden where the screen speaks for itself. */
  title: string;
  titleHidden?: boolean;
  name: string;
  /** Beside the title. */
  aside?: ComponentChildren;
  /** The bar in thumb's reach. */
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

export function Layout({ title, titleHidden = false, name, aside, actions, children }: LayoutProps) {
  return (
    <div class={`screen screen-${name}`}>
      <PatientBar />
      <main class="content">
        <div class={titleHidden ? 'sr' : 'title-row'}>
          {/* Takes the focus when the screen changes, so that it is read out. */}
          <h1 tabIndex={-1} data-screen-title>
            {title}
          </h1>
          {aside}
        </div>
        <Banner />
        {children}
      </main>
      {actions && <Actions>{actions}</Actions>}
    </div>
  );
}

function Actions({ children }: { children: ComponentChildren }) {
  return (
    <footer class="actions" ref={useBar('bottom')}>
      {children}
    </footer>
  );
}

/** Gives the styles the height of a bar, which depends on its text, so that the focused element scrolls clear of it. */
function useBar(edge: 'top' | 'bottom'): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      document.documentElement.style.setProperty(`--bar-${edge}`, `${element.offsetHeight}px`),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [edge]);
  return bar;
}

/** What is worth saying and blocks nothing. */
function Banner() {
  const { state, dispatch } = usePage();
  const { notice, snapshot } = state;
  const lines: string[] = [];
  if (notice?.kind === 'too-many')
    lines.push(
      t(notice.added === 0 ? 'notice.full' : 'notice.too-many', {
        n: notice.added,
        offered: notice.offered,
        max: room(state).max,
      }),
    );
  if (notice?.kind === 'removed') lines.push(t('notice.removed', { n: notice.count }));
  if (notice?.kind === 'arrived') lines.push(t('notice.arrived', { n: notice.count }));
  if (notice?.kind === 'other-patient') lines.push(t('notice.other-patient', { n: notice.count }));
  if (notice?.kind === 'restored') lines.push(t('notice.restored', { n: notice.count }));
  if (notice?.kind === 'camera-killed') lines.push(t('notice.camera-killed'));
  if (notice?.kind === 'nothing-to-send') lines.push(t('notice.nothing-to-send'));
  const fragile = snapshot?.durable === false && snapshot.photos.some((photo) => !settled(photo));
  return (
    <div class="banners" role="status">
      {lines.map((line) => (
        <p class="banner" key={line}>
          <Icon name="warning" />
          <span>{line}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={t('dismiss')}
            onClick={() => dispatch({ type: 'dismiss' })}
          >
            <Icon name="close" />
          </button>
        </p>
      ))}
      <Elsewhere />
      {fragile && (
        <p class="banner">
          <Icon name="warning" />
          <span>{t('notice.fragile')}</span>
        </p>
      )}
    </div>
  );
}

const TURNING = new Set<Screen>(['capture', 'review', 'success', 'error', 'code']);

/** Photos of other patients that wait on this phone, each with the way to them. */
function Elsewhere() {
  const { state, dispatch } = usePage();
  if (!TURNING.has(state.screen) || state.offered) return null;
  const left = state.parked.map(({ session }) => ({ session, n: waitingOf(state, session) }));
  const unknown = (state.snapshot?.waiting ?? []).filter(({ session }) => session !== '');
  return (
    <>
      {left
        .filter(({ n }) => n > 0)
        .map(({ session, n }) => (
          <p class="banner" key={session.phoneId}>
            <Icon name="person" />
            <span>{t('waiting.left', { n, patient: patientText(session) })}</span>
            <button type="button" class="button small" onClick={() => dispatch({ type: 'return', session })}>
              {t('waiting.go')}
            </button>
          </p>
        ))}
      {unknown.map(({ session, photos, expiresAt }) => (
        <p class="banner" key={session}>
          <Icon name="person" />
          <span>{t('waiting.unknown', { n: photos, time: timeLabel(expiresAt) })}</span>
        </p>
      ))}
    </>
  );
}
