/** A small practice system: today's patients, a record, and Photobridge in it. */

import { render, type RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommitDetail, PhotobridgeWidget } from '../widget';
import { FaultPanel } from './FaultPanel';
import { launchToken, loadPractice, type Patient, type Practice } from './practice';
import { accept, type RecordEntry } from './record';
import './style.css';

/** What the record holds, by encounter. */
type Records = Readonly<Record<string, readonly RecordEntry[]>>;

async function start(): Promise<void> {
  const app = document.getElementById('app');
  if (!app) return;
  try {
    const practice = await loadPractice();
    // One import from the deployment defines the element, as for an integrator.
    await import(/* @vite-ignore */ `${practice.edge}/widget.js`);
    render(<Desk practice={practice} />, app);
  } catch {
    render(
      <p class="broken">
        The practice system cannot reach Photobridge. Start it with make dev, then load this page again.
      </p>,
      app,
    );
  }
}

function Desk({ practice }: { practice: Practice }) {
  const [current, setCurrent] = useState<Patient | undefined>(() => fromAddress(practice) ?? practice.patients[0]);
  const [records, setRecords] = useState<Records>({});
  const [locked, setLocked] = useState(false);
  const [refused, setRefused] = useState('');
  const [leaving, setLeaving] = useState<Leaving>();
  const widget = useRef<PhotobridgeWidget>(null);
  const open = (patient: Patient): void => {
    location.hash = patient.encounterId;
    setCurrent(patient);
    setLeaving(undefined);
  };
  const choose = (patient: Patient): void => {
    const unsaved = widget.current?.unsaved ?? 0;
    if (patient !== current && unsaved > 0) setLeaving({ unsaved, to: patient });
    else open(patient);
  };
  /** Photos go to the encounter for which they were taken, even if the screen shows another one by now. */
  const keep: Keep = async ({ bundle, encounterId }) => {
    await new Promise((resolve) => setTimeout(resolve, SAVING_MS));
    if (locked) throw new Error('the record is locked by another user. Try again when it is free.');
    const patient = practice.patients.find((one) => one.encounterId === encounterId);
    if (!patient) throw new Error('this encounter is not in the practice.');
    const added = accept(bundle, patient, records[encounterId] ?? []);
    setRecords((now) => ({ ...now, [encounterId]: [...(now[encounterId] ?? []), ...added] }));
    setLeaving(undefined);
  };
  return (
    <div class="desk">
      <header class="bar">
        <strong>Harbour Practice</strong>
        <span>Dr Demo · every person here is invented</span>
      </header>
      <nav class="patients" aria-label="Patients today">
        <h2>Today</h2>
        <ul>
          {practice.patients.map((patient) => (
            <li key={patient.encounterId}>
              <button
                type="button"
                data-encounter-id={patient.encounterId}
                aria-current={patient === current ? 'true' : undefined}
                onClick={() => choose(patient)}
              >
                <strong>{nameOf(patient)}</strong>
                <span>{patient.reason ?? patient.encounterId}</span>
                {(records[patient.encounterId]?.length ?? 0) > 0 && (
                  <span class="count">{records[patient.encounterId]?.length} in record</span>
                )}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main>
        {current && (
          <>
            <Banner patient={current} />
            {leaving && (
              <Leave
                from={current}
                leaving={leaving}
                onStay={() => setLeaving(undefined)}
                onGo={() => open(leaving.to)}
              />
            )}
            <Photos
              widget={widget}
              practice={practice}
              patient={current}
              onCommit={(detail) => deliver(detail, refused, keep)}
            />
            <div class="columns">
              <section class="card">
                <h2>Consultation note</h2>
                <textarea
                  key={current.encounterId}
                  rows={6}
                  aria-label="Consultation note"
                  placeholder="Write here while the photos arrive"
                />
              </section>
              <Documents entries={records[current.encounterId] ?? []} />
            </div>
            <FaultPanel
              encounterId={current.encounterId}
              locked={locked}
              onLock={setLocked}
              refused={refused}
              onRefuse={setRefused}
            />
          </>
        )}
      </main>
    </div>
  );
}

type Keep = (photos: Pick<CommitDetail, 'bundle' | 'encounterId'>) => Promise<void>;

/** Adds the photos at once, or one by one where the record is to refuse some. */
function deliver(detail: CommitDetail, refused: string, keep: Keep): void {
  const numbers = refused.match(/\d+/g)?.map(Number) ?? [];
  if (numbers.length === 0) {
    detail.waitUntil(keep(detail));
    return;
  }
  for (const { image, bundle, keep: report } of detail.photos) {
    const isRefused = numbers.includes(image.number);
    report(isRefused ? Promise.reject(new Error(NO_ROOM)) : keep({ ...detail, bundle }));
  }
}

const NO_ROOM = 'the record has no room for this photo. Try again later.';

/** A record on a server takes a moment. */
const SAVING_MS = 400;

function fromAddress({ patients }: Practice): Patient | undefined {
  return patients.find(({ encounterId }) => location.hash === `#${encounterId}`);
}

/** Returns the label without the date of birth, which the banner shows separately. */
function nameOf({ patientLabel }: Patient): string {
  return patientLabel.replace(/,\s*[\d.]+$/, '');
}

function Banner({ patient }: { patient: Patient }) {
  const { birthDate, sex, reason, patientId, encounterId } = patient;
  return (
    <section class="banner" aria-label="Patient">
      <h1>{nameOf(patient)}</h1>
      <dl>
        {birthDate && (
          <div>
            <dt>Born</dt>
            <dd>
              {new Date(birthDate).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' })} (
              {ageOn(birthDate, new Date())})
            </dd>
          </div>
        )}
        {sex && (
          <div>
            <dt>Sex</dt>
            <dd>{sex}</dd>
          </div>
        )}
        {reason && (
          <div>
            <dt>Reason</dt>
            <dd>{reason}</dd>
          </div>
        )}
        <div>
          <dt>Patient</dt>
          <dd>{patientId}</dd>
        </div>
        <div>
          <dt>Encounter</dt>
          <dd>{encounterId}</dd>
        </div>
      </dl>
    </section>
  );
}

/** Whole years. */
function ageOn(birthDate: string, day: Date): number {
  const born = new Date(birthDate);
  const before =
    day.getUTCMonth() < born.getUTCMonth() ||
    (day.getUTCMonth() === born.getUTCMonth() && day.getUTCDate() < born.getUTCDate());
  return day.getUTCFullYear() - born.getUTCFullYear() - (before ? 1 : 0);
}

/** Another patient was requested while photos of this one are not in the record. */
interface Leaving {
  unsaved: number;
  to: Patient;
}

function Leave({
  from,
  leaving: { unsaved, to },
  onStay,
  onGo,
}: {
  from: Patient;
  leaving: Leaving;
  onStay(): void;
  onGo(): void;
}) {
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  return (
    <section
      class="card leave"
      role="alertdialog"
      aria-label="Photos that are not in the record"
      aria-describedby="leave"
    >
      <p id="leave">
        <strong>
          {unsaved === 1 ? '1 photo' : `${unsaved} photos`} of {nameOf(from)} {unsaved === 1 ? 'is' : 'are'} on this
          screen only.
        </strong>{' '}
        Add the photos that you want to keep to the record, then continue.
      </p>
      <div class="row">
        <button type="button" ref={stay} onClick={onStay}>
          Stay with {nameOf(from)}
        </button>
        <button type="button" onClick={onGo}>
          Discard, open {nameOf(to)}
        </button>
      </div>
    </section>
  );
}

interface PhotosProps {
  widget: RefObject<PhotobridgeWidget | null>;
  practice: Practice;
  patient: Patient;
  onCommit(detail: CommitDetail): void;
}

/** One element for the life of the page; a new launch token opens another encounter. */
function Photos({ widget, practice, patient, onCommit }: PhotosProps) {
  const place = useRef<HTMLDivElement>(null);
  const commit = useRef(onCommit);
  commit.current = onCommit;
  useEffect(() => {
    const element = document.createElement('photobridge-widget');
    element.setAttribute('api-base', practice.edge);
    element.addEventListener('photobridge-commit', ({ detail }) => commit.current(detail));
    widget.current = element;
    place.current?.append(element);
    return () => element.remove();
  }, [practice]);
  useEffect(() => {
    if (widget.current) widget.current.launchToken = () => launchToken(patient.encounterId);
  }, [practice, patient]);
  return <div ref={place} />;
}

function Documents({ entries }: { entries: readonly RecordEntry[] }) {
  return (
    <section class="card" aria-label="Record" data-testid="record">
      <h2>Record</h2>
      {entries.length === 0 && <p class="quiet">No photos in the record yet.</p>}
      <ul class="documents">
        {entries.map(
          ({ id, title, site, kind, notes, taken, by, consent, provenance, sensitive, size, pictureUrl }) => (
            <li key={id} data-record-id={id}>
              <img src={pictureUrl} alt="" />
              <div>
                <strong>{title}</strong>
                <span class="quiet">{site}</span>
                {notes && <span>{notes}</span>}
                <span class="quiet">
                  {[sensitive ? 'Restricted' : '', kind, `${Math.round(size / 1000)} KB`].filter(Boolean).join(' · ')}
                </span>
                <span>
                  Taken {taken.replace('T', ' ') || 'at an unknown time'}
                  {by && ` · added by ${by}`}
                </span>
                <span>Consent {consent || 'not recorded'}</span>
                <details>
                  <summary>Provenance</summary>
                  <ul>
                    {provenance.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                </details>
              </div>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}

void start();
