import { useEffect, useState } from 'preact/hooks';
import { AddButton, AddNotes } from './adding/Add';
import { Added } from './adding/Added';
import { useAdding } from './adding/useAdding';
import { Code } from './Code';
import { End } from './End';
import { Expected } from './Expected';
import { Export } from './export/Export';
import { useExportOptions } from './export/options';
import { Gate } from './Gate';
import type { RecordGate } from './readiness';
import { missingFrom, type WidgetImage } from './image';
import type { Look } from './look';
import { Phones } from './Phones';
import type { SessionState, SessionSync } from './session/api';
import { Timeline } from './Timeline';
import { useRevealed, useVeils, Veil, VeilsProvider } from './Veil';
import { Viewer } from './viewer/Viewer';
import { commitText, problemText, tagText, type Words } from './words';

interface WidgetProps {
  sync: SessionSync;
  words: Words;
  gate: RecordGate;
  /** Hands what is ready to the host, or only the photos with these ids. */
  onCommit(only?: readonly string[]): void;
}

/** The widget's screens. Each encounter gets a new instance, so nothing that was open for one patient stays open. */
export function Widget(props: WidgetProps) {
  const state = useStore(props.sync);
  return <Encounter key={[state.facilityId, state.patientId, state.encounterId].join('/')} {...props} state={state} />;
}

function Encounter(props: WidgetProps & { state: SessionState }) {
  const veils = useRevealed();
  return (
    <VeilsProvider value={veils}>
      <div lang={props.words.spoken} dir={props.words.direction}>
        <Face {...props} />
      </div>
    </VeilsProvider>
  );
}

/** The screen for the session's state. */
function Face({ sync, words, gate, onCommit, state }: WidgetProps & { state: SessionState }) {
  const [codeShown, setCodeShown] = useState(false);
  const [look, setLook] = useState<Look | null>(null);
  const [timelineShown, setTimelineShown] = useState(false);
  const [exporting, setExporting] = useState(false);
  const mayExport = !useExportOptions().isForbidden && state.images.some(({ file }) => file !== null);
  const open = state.status === 'opening' || state.status === 'open';
  const adding = useAdding(state, sync);
  const toggleCode = (): void => {
    if (!codeShown) void sync.showCode();
    setCodeShown(!codeShown);
  };
  return (
    <section
      class="widget"
      part="widget"
      aria-label={words('title')}
      aria-busy={state.status === 'opening'}
      ref={adding.section}
      {...adding.drag}
    >
      <header>
        <div>
          <h2>{words('title')}</h2>
          {open && <Status state={state} words={words} />}
        </div>
        {state.timeline.length > 0 && (
          <button type="button" class="plain" onClick={() => setTimelineShown(true)}>
            {words('timeline')}
          </button>
        )}
        {mayExport && (
          <button type="button" class="plain" onClick={() => setExporting(true)}>
            {words('export')}
          </button>
        )}
        {state.status === 'open' && <AddButton words={words} adding={adding} />}
        {open && <CodeButton state={state} words={words} isShown={codeShown} onToggle={toggleCode} />}
      </header>
      {open && state.problem && (
        <p class="problem" role="status">
          {words('problem.passing', { problem: problemText(state.problem, words) })}
        </p>
      )}
      {open && codeShown && !state.qr && (
        <p class="quiet" role="status">
          {words('code.making')}
        </p>
      )}
      {open && codeShown && state.qr && (
        <Code words={words} state={state} qr={state.qr} onRenew={() => void sync.showCode(true)} />
      )}
      {open && <Phones state={state} sync={sync} words={words} />}
      <AddNotes words={words} state={state} adding={adding} />
      {!open && <Over state={state} words={words} onReopen={() => sync.reopen()} />}
      {hasTiles(state) ? (
        <Grid
          state={state}
          sync={sync}
          words={words}
          onOpen={(id) => setLook({ id })}
          onGone={() => adding.button.current?.focus()}
        />
      ) : (
        open && <Empty words={words} />
      )}
      <Removed words={words} removed={state.removed} onRestore={(id) => sync.restore(id)} />
      {state.endQuestion && (
        <End words={words} question={state.endQuestion} onStay={() => sync.stay()} onEnd={() => void sync.end(true)} />
      )}
      {state.images.length > 0 && (
        <Gate
          words={words}
          gate={gate}
          state={state}
          onLook={setLook}
          onCommit={onCommit}
          onEnd={() => void sync.end()}
        />
      )}
      {look && (
        <Viewer words={words} sync={sync} state={state} look={look} onLook={setLook} onClose={() => setLook(null)} />
      )}
      {exporting && mayExport && <Export words={words} sync={sync} state={state} onClose={() => setExporting(false)} />}
      {timelineShown && <Timeline words={words} state={state} onClose={() => setTimelineShown(false)} />}
    </section>
  );
}

function hasTiles({ images, expected, adding, expecting }: SessionState): boolean {
  return images.length + expected.length + adding.length > 0 || expecting;
}

interface CodeButtonProps {
  state: SessionState;
  words: Words;
  isShown: boolean;
  onToggle(): void;
}

/** The button that shows and hides the code. It is the main button of an empty session. */
function CodeButton({ state, words, isShown, onToggle }: CodeButtonProps) {
  return (
    <button
      type="button"
      class={state.images.length === 0 && !isShown ? 'primary' : ''}
      data-testid="show-code"
      aria-expanded={isShown}
      disabled={state.status === 'opening'}
      onClick={onToggle}
    >
      {words(isShown ? 'code.hide' : 'code.show')}
    </button>
  );
}

function useStore({ store }: SessionSync): SessionState {
  const [state, setState] = useState(store.getState());
  useEffect(() => {
    setState(store.getState());
    return store.subscribe(setState);
  }, [store]);
  return state;
}

function Status({ state, words }: { state: SessionState; words: Words }) {
  const connected = state.phoneConnectedAt !== null;
  const text = state.status === 'opening' ? words('opening') : words(connected ? 'phone.connected' : 'phone.none');
  return (
    <p
      class="status"
      role="status"
      data-testid="status"
      data-connection={state.connection}
      data-phone={connected ? 'connected' : 'none'}
    >
      <span class={connected ? 'dot on' : 'dot'} aria-hidden="true" />
      {text}
      {state.images.length > 0 && <> · {words('images.count', { n: state.images.length })}</>}
      {state.connection === 'polling' && <span class="quiet"> · {words('connection.polling')}</span>}
    </p>
  );
}

function Empty({ words }: { words: Words }) {
  return (
    <div class="empty" part="empty">
      <p>
        <strong>{words('empty.title')}</strong>
      </p>
      <p class="quiet">{words('empty.text')}</p>
      <p class="quiet">{words('empty.add')}</p>
    </div>
  );
}

interface GridProps {
  state: SessionState;
  sync: SessionSync;
  words: Words;
  onOpen(id: string): void;
  onGone(): void;
}

function Grid({ state, sync, words, onOpen, onGone }: GridProps) {
  const { isVeiled } = useVeils();
  return (
    <ul class="grid" part="grid">
      {state.images.map((image) => {
        const place =
          words.place(image.details) || (missingFrom(image.details).length === 0 ? words('image.noSite') : '');
        const missing = image.committedAt === undefined ? missingText(image, words) : '';
        const problem = image.commitProblem
          ? words('image.notKept', { reason: commitText(image.commitProblem, words) })
          : '';
        const tag = tagText(image, words);
        const veil = image.details.sensitive ? words('veil.sensitive') : '';
        return (
          <li key={image.id}>
            <button
              type="button"
              class="tile"
              part="tile"
              data-image-id={image.id}
              data-sensitive={image.details.sensitive}
              aria-label={[words('image.open', { n: image.number }), place, missing, problem, tag, veil]
                .filter(Boolean)
                .join('. ')}
              onClick={() => onOpen(image.id)}
            >
              {isVeiled(image) ? (
                <Veil words={words} />
              ) : image.previewUrl ? (
                <img src={image.previewUrl} alt="" draggable={false} />
              ) : (
                <span class="loading">{words('image.loading')}</span>
              )}
              <span class="caption">
                {place && <span class="place">{place}</span>}
                {missing && <span class="missing">{missing}</span>}
                {problem && <span class="missing">{problem}</span>}
                {tag && <span class="quiet">{tag}</span>}
              </span>
            </button>
          </li>
        );
      })}
      <Added adding={state.adding} sync={sync} words={words} onGone={onGone} />
      <Expected expected={state.expected} expecting={state.expecting} words={words} />
    </ul>
  );
}

function missingText({ details }: WidgetImage, words: Words): string {
  const [first, second] = missingFrom(details);
  return first ? words(second ? 'missing.both' : `missing.${first}`) : '';
}

function Removed({
  words,
  removed,
  onRestore,
}: {
  words: Words;
  removed: readonly WidgetImage[];
  onRestore(id: string): void;
}) {
  return (
    <div class="removed" role="status">
      {removed.map(({ id, number }) => (
        <p key={id}>
          {words('removed', { n: number })}{' '}
          <button
            type="button"
            class="plain"
            aria-label={words('removed.undoLabel', { n: number })}
            onClick={() => onRestore(id)}
          >
            {words('removed.undo')}
          </button>
        </p>
      ))}
    </div>
  );
}

function Over({ state, words, onReopen }: { state: SessionState; words: Words; onReopen(): void }) {
  const failed = state.status === 'failed';
  const kept = state.images.length;
  const title = failed ? words('failed.title') : kept > 0 ? words('ended.kept', { n: kept }) : words('ended.title');
  return (
    <div class={kept > 0 ? 'notice' : 'empty'} role="status" data-testid="over">
      <p>
        <strong>{title}</strong>
      </p>
      {(failed || kept === 0) && (
        <p class="quiet">{state.problem ? problemText(state.problem, words) : words('ended.text')}</p>
      )}
      <button type="button" class={kept > 0 ? '' : 'primary'} onClick={onReopen}>
        {words('reopen')}
      </button>
    </div>
  );
}
