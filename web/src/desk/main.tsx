/** The page that the gateway serves: one patient, opened from the record system. */

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CommitDetail, PhotobridgeWidget } from '../widget';
import { translator } from '../strings';
import { deskEnglish, type DeskKey } from '../strings/desk.en';
import { commit, describe, GatewayError, launchToken, type Launch } from './gateway';
import { earlierToken, findEarlier, type Earlier } from './earlier';
import { keepTicket, noteInRecord } from './tickets';
import { createWidget } from './widget';
import './style.css';

const words = translator<DeskKey>(deskEnglish, 'en');

async function start(): Promise<void> {
  const app = document.getElementById('app');
  if (!app) return;
  render(<p class="problem">{words('loading')}</p>, app);
  try {
    const launch = await describe();
    keepTicket(launch.ticket);
    // The widget is a separate module, next to this page.
    await import(/* @vite-ignore */ `${location.origin}/assets/widget.js`);
    render(<Desk launch={launch} />, app);
  } catch (error) {
    render(
      <p class="problem" role="alert">
        {explain(error)}
      </p>,
      app,
    );
  }
}

function Desk({ launch }: { launch: Launch }) {
  const [earlier, setEarlier] = useState<readonly Earlier[]>([]);
  useEffect(() => void findEarlier(launch).then(setEarlier), [launch]);
  useEffect(() => guardUnsaved(), []);
  return (
    <>
      <header class="banner">
        <h1>{patientOf(launch)}</h1>
        <p>
          {words('opened', { patient: patientOf(launch), time: timeOf(launch.openedAt) })}{' '}
          {words(`opened.${launch.source}`)}
        </p>
      </header>
      <main>
        {earlier.map((one) => (
          <EarlierPhotos key={one.encounterId} launch={launch} earlier={one} />
        ))}
        <Photos launch={launch} token={launchToken} />
      </main>
    </>
  );
}

/** Photos of an earlier launch of the same patient. They are shown on request, under the patient's name. */
function EarlierPhotos({ launch, earlier }: { launch: Launch; earlier: Earlier }) {
  const [shown, setShown] = useState(false);
  const values = { patient: earlier.patientLabel || patientOf(launch), time: timeOf(earlier.openedAt) };
  return (
    <section aria-label={words('earlier.title', values)}>
      <div class="earlier">
        <p>{words('earlier.title', values)}</p>
        <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {words(shown ? 'earlier.hide' : 'earlier.show')}
        </button>
      </div>
      {shown && (
        <Photos
          launch={{ ...launch, encounterId: earlier.encounterId }}
          ticket={earlier.ticket}
          token={() => earlierToken(earlier.ticket)}
        />
      )}
    </section>
  );
}

interface PhotosProps {
  launch: Launch;
  /** Of an earlier launch. */
  ticket?: string;
  token(): Promise<string>;
}

/** The widget for one encounter. Committed photos are sent to the gateway one by one. */
function Photos({ launch, ticket, token }: PhotosProps) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!place) return;
    const widget = createWidget(launch.apiBase, token);
    widget.addEventListener('photobridge-commit', ({ detail }) => send(detail, launch, ticket));
    place.append(widget);
    return () => widget.remove();
  }, [place, launch.apiBase, launch.encounterId]);
  return <div ref={setPlace} />;
}

function send({ photos, encounterId }: CommitDetail, { patientId }: Launch, ticket: string | undefined): void {
  for (const { image, bundle, keep } of photos) {
    const about = {
      imageId: image.id,
      encounterId,
      patientId,
      ...(ticket === undefined ? {} : { ticket }),
      number: image.number,
      metadata: image.details,
      resources: bundle,
    };
    keep(addToRecord(about, image.file ?? new Blob()));
  }
}

async function addToRecord(about: Parameters<typeof commit>[0], photo: Blob): Promise<{ created: boolean }> {
  try {
    const { existed } = await commit(about, photo);
    noteInRecord(about.imageId, new Date().toISOString());
    return { created: !existed };
  } catch (error) {
    throw new Error(explain(error));
  }
}

/** The browser asks before the window closes while photos are not in the record. */
function guardUnsaved(): () => void {
  const guard = (event: BeforeUnloadEvent): void => {
    const widgets = [...document.querySelectorAll<PhotobridgeWidget>('photobridge-widget')];
    if (widgets.some(({ images }) => images.some(({ committedAt }) => committedAt === undefined)))
      event.preventDefault();
  };
  addEventListener('beforeunload', guard);
  return () => removeEventListener('beforeunload', guard);
}

function patientOf({ patientLabel, patientId }: Launch): string {
  return patientLabel || `Patient ${patientId}`;
}

function timeOf(time: string): string {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

function explain(error: unknown): string {
  const key = `error.${error instanceof GatewayError ? error.code : 'internal'}`;
  return key in deskEnglish ? words(key as DeskKey) : words('error.internal');
}

void start();
