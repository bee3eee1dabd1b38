import type { WidgetImage } from './image';
import { missingFrom } from './image';
import { Patient } from './Patient';
import { readyToCommit, type SessionState } from './session/api';
import { firstIncomplete, type Look } from './Viewer';
import type { Words } from './words';

interface GateProps {
  words: Words;
  state: SessionState;
  onLook(look: Look): void;
  onCommit(): void;
  onEnd(): void;
}

/** The way into the record. What is missing is one click away; nothing else is asked. */
export function Gate({ words, state, onLook, onCommit, onEnd }: GateProps) {
  const open = state.images.filter(({ committedAt }) => committedAt === undefined);
  return (
    <footer class="gate" part="gate" data-testid="gate">
      {open.length === 0 ? (
        <Done words={words} state={state} onEnd={onEnd} />
      ) : (
        <Open words={words} open={open} state={state} onLook={onLook} onCommit={onCommit} />
      )}
      {state.tooLate.length > 0 && (
        <p class="problem" role="alert">
          {words('gate.tooLate', { n: state.tooLate.length, photos: state.tooLate.join(', ') })}
        </p>
      )}
      {state.commitProblem !== null && (
        <p class="problem" role="alert">
          {words('gate.failed', { reason: state.commitProblem })}
        </p>
      )}
    </footer>
  );
}

function Open({ words, open, state, onLook, onCommit }: Omit<GateProps, 'onEnd'> & { open: readonly WidgetImage[] }) {
  const incomplete = open.filter(({ said }) => missingFrom(said).length > 0);
  const first = firstIncomplete(open);
  if (first) {
    return (
      <>
        <div class="gate-text">
          <Patient state={state} words={words} of="gate.for" />
          <p class="quiet">{words('gate.incomplete')}</p>
        </div>
        <button type="button" class="primary" onClick={() => onLook(first)}>
          {words('gate.complete', { n: incomplete.length })}
        </button>
      </>
    );
  }
  const ready = readyToCommit(open) !== undefined;
  return (
    <>
      <div class="gate-text">
        <Patient state={state} words={words} of="gate.for" />
        <p class="quiet">{words(ready ? 'gate.ready' : 'gate.loading')}</p>
      </div>
      <button type="button" class="primary" disabled={!ready || state.committing} onClick={onCommit}>
        {state.committing ? words('gate.committing') : words('gate.commit', { n: open.length })}
      </button>
    </>
  );
}

function Done({ words, state, onEnd }: { words: Words; state: SessionState; onEnd(): void }) {
  const canEnd = state.status === 'open' && state.endQuestion === null;
  return (
    <>
      <p role="status">
        <strong>{words('gate.done')}</strong>
        {canEnd && <span class="quiet"> {words('gate.endHint')}</span>}
      </p>
      {canEnd && (
        <button type="button" disabled={state.ending} onClick={onEnd}>
          {words(state.ending ? 'gate.ending' : 'gate.end')}
        </button>
      )}
    </>
  );
}
