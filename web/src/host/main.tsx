/** A small practice system: a patient list, a record, and Photobridge in it. */

import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PhotobridgeWidget } from '../widget';
import { launchToken, loadPractice, type Patient, type Practice } from './practice';
import './style.css';

async function start(): Promise<void> {
  const app = document.getElementById('app');
  if (!app) return;
  try {
    const practice = await loadPractice();
    // As an integrator would: one import from the deployment defines the element.
    await import(/* @vite-ignore */ `${practice.edge}/widget.js`);
    render(<Desk practice={practice} />, app);
  } catch {
    render(<p class="broken">The practice system cannot reach Photobridge. Start it with make dev, then load this page again.</p>, app);
  }
}

function Desk({ practice }: { practice: Practice }) {
  const [current, setCurrent] = useState<Patient | undefined>(() => fromAddress(practice) ?? practice.patients[0]);
  const choose = (patient: Patient): void => {
    location.hash = patient.encounterId;
    setCurrent(patient);
  };
  return (
    <div class="desk">
      <header class="bar"><strong>Harbour Practice</strong><span>Demonstration: every person here is invented</span></header>
      <nav class="patients" aria-label="Patients today">
        <h2>Today</h2>
        <ul>
          {practice.patients.map((patient) => (
            <li key={patient.encounterId}>
              <button type="button" data-encounter-id={patient.encounterId} aria-current={patient === current ? 'true' : undefined} onClick={() => choose(patient)}>
                <strong>{patient.patientLabel}</strong>
                <span>{patient.reason ?? patient.encounterId}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <main>{current && <Record practice={practice} patient={current} />}</main>
    </div>
  );
}

function fromAddress({ patients }: Practice): Patient | undefined {
  return patients.find(({ encounterId }) => location.hash === `#${encounterId}`);
}

function Record({ practice, patient }: { practice: Practice; patient: Patient }) {
  return (
    <>
      <section class="banner" aria-label="Patient">
        <h1>{patient.patientLabel}</h1>
        <dl>
          {patient.birthDate && <div><dt>Born</dt><dd>{patient.birthDate}</dd></div>}
          <div><dt>Patient</dt><dd>{patient.patientId}</dd></div>
          <div><dt>Encounter</dt><dd>{patient.encounterId}</dd></div>
        </dl>
      </section>
      <Photos practice={practice} patient={patient} />
      <section class="note">
        <h2>Consultation note</h2>
        <textarea key={patient.encounterId} rows={4} aria-label="Consultation note" placeholder="Write here while the photos arrive" />
      </section>
    </>
  );
}

/** One element for the life of the page; a new launch token tells it of another encounter. */
function Photos({ practice, patient }: { practice: Practice; patient: Patient }) {
  const place = useRef<HTMLDivElement>(null);
  const widget = useRef<PhotobridgeWidget | null>(null);
  useEffect(() => {
    const element = document.createElement('photobridge-widget');
    element.setAttribute('api-base', practice.edge);
    widget.current = element;
    place.current?.append(element);
    return () => element.remove();
  }, [practice]);
  useEffect(() => {
    if (widget.current) widget.current.launchToken = () => launchToken(patient.encounterId);
  }, [practice, patient]);
  return <div ref={place} />;
}

void start();
