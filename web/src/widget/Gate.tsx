import type { WidgetImage } from './image';
import { missingFrom } from './image';
import { firstIncomplete, type Look } from './look';
import { Patient } from './Patient';
import { gapsIn, readyToCommit, type Gap, type RecordGate } from './readiness';
import type { SessionState } from './session/api';
import { commitText, type Words } from './words';

interface GateProps {
  words: Words;
  gate: RecordGate;
  state: SessionState;
  onLook(look: Look): void;
  onCommit(only?: readonly string[]): void;
  onEnd(): void;
}

/** The button that commits, and links to the details that are missing. */
export function Gate({ words, gate, state, onLook, onCommit, onEnd }: GateProps) {
  const open = state.images.filter(({ committedAt }) => committedAt === undefined);
  return (
    <footer class="gate" part="gate" data-testid="gate">
      {open.length === 0 ? (
        <Done words={words} state={state} onEnd={onEnd} />
      ) : (
        <Open words={words} gate={gate} open={open} state={state} onLook={onLook} onCommit={onCommit} />
      )}
      {state.tooLate.length > 0 && (
        <p class="problem" role="alert">
          {words('gate.tooLate', { n: state.tooLate.length, photos: state.tooLate.join(', ') })}
        </p>
      )}
      {state.commitProblem !== null && (
        <p class="problem" role="alert">
          {words('gate.failed', { reason: commitText(state.commitProblem, words) })}
        </p>
      )}
    </footer>
  );
}

function Open({
  words,
  gate,
  open,
  state,
  onLook,
  onCommit,
}: Omit<GateProps, 'onEnd'> & { open: readonly WidgetImage[] }) {
  const incomplete = open.filter(({ details }) => missingFrom(details).length > 0);
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
  const gaps = gapsIn(open, state.images, gate);
  if (gaps.length > 0) return <Sets words={words} state={state} gaps={gaps} onLook={onLook} />;
  const refused = open.filter(({ commitProblem }) => commitProblem !== undefined);
  const isReady = readyToCommit(open, gate, state.images) !== undefined;
  const all = state.committing ? words('gate.committing') : words('gate.commit', { n: open.length });
  return (
    <>
      <div class="gate-text">
        <Patient state={state} words={words} of="gate.for" />
        <p class="quiet" role="status">
          {refused.length > 0
            ? words('gate.refused', { n: refused.length })
            : words(isReady ? 'gate.ready' : 'gate.loading')}
        </p>
      </div>
      {refused.length > 0 && (
        <Again
          words={words}
          refused={refused}
          isPrimary={refused.length === open.length}
          state={state}
          onCommit={onCommit}
        />
      )}
      {refused.length < open.length && (
        <button type="button" class="primary" disabled={!isReady || state.committing} onClick={() => onCommit()}>
          {all}
        </button>
      )}
    </>
  );
}

/** Names the missing photos of each lesion, and opens the first one. */
function Sets({
  words,
  state,
  gaps,
  onLook,
}: Pick<GateProps, 'words' | 'state' | 'onLook'> & { gaps: readonly Gap[] }) {
  const first = gaps[0];
  const list = new Intl.ListFormat(words.spoken, { type: 'conjunction' });
  const nameOf = (id: string): string => {
    const details = state.images.find((image) => image.id === id)?.details ?? {};
    return [words.place(details), details.label].filter(Boolean).join(', ');
  };
  return (
    <>
      <div class="gate-text">
        <Patient state={state} words={words} of="gate.for" />
        <div role="status">
          <ul class="gaps">
            {gaps.map(({ lesion, lacks, imageId }) => (
              <li key={lesion}>
                {words('gate.lacks', {
                  lesion: nameOf(imageId),
                  views: list.format(lacks.map((view) => words(`lacks.${view}`))),
                })}
              </li>
            ))}
          </ul>
        </div>
      </div>
      {first && (
        <button type="button" class="primary" onClick={() => onLook({ id: first.imageId, focus: 'view' })}>
          {words('gate.completeSet', { n: gaps.length })}
        </button>
      )}
    </>
  );
}

interface AgainProps extends Pick<GateProps, 'words' | 'state' | 'onCommit'> {
  refused: readonly WidgetImage[];
  /** There are no other photos to add. */
  isPrimary: boolean;
}

/** Commits only the photos again that the record did not accept. */
function Again({ words, refused, isPrimary, state, onCommit }: AgainProps) {
  return (
    <button
      type="button"
      class={isPrimary ? 'primary' : ''}
      disabled={readyToCommit(refused) === undefined || state.committing}
      onClick={() => onCommit(refused.map(({ id }) => id))}
    >
      {isPrimary && state.committing ? words('gate.committing') : words('gate.again', { n: refused.length })}
    </button>
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
