import { useState } from 'preact/hooks';
import { begin, expireSession, FAULTS, type Fault } from './faults';

interface FaultPanelProps {
  encounterId: string;
  locked: boolean;
  onLock(locked: boolean): void;
  /** Formats the numbers of photos that the record refuses: "3, 7". */
  refused: string;
  onRefuse(numbers: string): void;
}

/** Switches for a demonstration: what the widget does when something fails. */
export function FaultPanel({ encounterId, locked, onLock, refused, onRefuse }: FaultPanelProps) {
  const [running, setRunning] = useState<Readonly<Record<string, () => Promise<void>>>>({});
  const [trouble, setTrouble] = useState('');
  const attempt = (work: () => Promise<void>): void => {
    setTrouble('');
    work().catch(() =>
      setTrouble('The local cloud cannot be steered from here. Open this page on the machine that runs it.'),
    );
  };
  const toggle = (fault: Fault): void =>
    attempt(async () => {
      const end = running[fault.id];
      if (end) await end();
      const started = end ? undefined : await begin(fault);
      setRunning(({ [fault.id]: _, ...others }) => (started ? { ...others, [fault.id]: started } : others));
    });
  return (
    <details class="card faults">
      <summary>Faults for a demonstration</summary>
      <div class="switches">
        {FAULTS.map((fault) => (
          <label key={fault.id}>
            <input type="checkbox" role="switch" checked={fault.id in running} onChange={() => toggle(fault)} />
            <span>
              {fault.label}
              <small>{fault.what}</small>
            </span>
          </label>
        ))}
        <label>
          <input
            type="checkbox"
            role="switch"
            checked={locked}
            onChange={({ currentTarget }) => onLock(currentTarget.checked)}
          />
          <span>
            Record locked<small>The practice refuses the photos.</small>
          </span>
        </label>
        <label>
          <span>
            Photos that the record refuses<small>Their numbers, such as 3, 7: photos are then added one by one.</small>
          </span>
          <input type="text" value={refused} onInput={({ currentTarget }) => onRefuse(currentTarget.value)} />
        </label>
        <button type="button" onClick={() => attempt(() => expireSession(encounterId))}>
          Let the session expire
        </button>
      </div>
      {trouble && <p role="alert">{trouble}</p>}
    </details>
  );
}
