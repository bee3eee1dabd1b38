import { useEffect, useState } from 'preact/hooks';
import { Code } from './Code';
import { placeText, type WidgetImage } from './image';
import type { SessionState, SessionSync } from './sync';
import { Viewer } from './Viewer';
import type { Words } from './words';

/** The widget's face: what the session's state looks like. */
export function Widget({ sync, words }: { sync: SessionSync; words: Words }) {
  const state = useStore(sync);
  const [codeShown, setCodeShown] = useState(false);
  const [viewed, setViewed] = useState<string | null>(null);
  if (state.status === 'failed' || state.status === 'ended') return <Over state={state} words={words} onReopen={() => sync.reopen()} />;
  const toggleCode = (): void => {
    if (!codeShown) void sync.showCode();
    setCodeShown(!codeShown);
  };
  return (
    <section class="widget" part="widget" aria-label={words('title')} aria-busy={state.status === 'opening'}>
      <header>
        <div>
          <h2>{words('title')}</h2>
          <Status state={state} words={words} />
        </div>
        <button type="button" class={state.images.length === 0 && !codeShown ? 'primary' : ''} data-testid="show-code" aria-expanded={codeShown} disabled={state.status === 'opening'} onClick={toggleCode}>
          {words(codeShown ? 'code.hide' : 'code.show')}
        </button>
      </header>
      {state.problem && <p class="problem" role="status">{words('problem.passing', { detail: state.problem.detail })}</p>}
      {codeShown && state.qr && <Code words={words} qr={state.qr} onRenew={() => void sync.showCode(true)} />}
      <Grid images={state.images} words={words} onOpen={setViewed} />
      {viewed !== null && <Viewer words={words} images={state.images} id={viewed} onShow={setViewed} onClose={() => setViewed(null)} />}
    </section>
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
    <p class="status" role="status" data-testid="status" data-connection={state.connection} data-phone={connected ? 'connected' : 'none'}>
      <span class={connected ? 'dot on' : 'dot'} aria-hidden="true" />
      {text}
      {state.images.length > 0 && <> · {words('images.count', { n: state.images.length })}</>}
      {state.connection === 'polling' && <span class="quiet"> · {words('connection.polling')}</span>}
    </p>
  );
}

function Grid({ images, words, onOpen }: { images: readonly WidgetImage[]; words: Words; onOpen(id: string): void }) {
  if (images.length === 0) {
    return (
      <div class="empty" part="empty">
        <p><strong>{words('empty.title')}</strong></p>
        <p class="quiet">{words('empty.text')}</p>
      </div>
    );
  }
  return (
    <ul class="grid" part="grid">
      {images.map((image, index) => {
        const place = placeText(image.said);
        return (
          <li key={image.id}>
            <button type="button" class="tile" part="tile" data-image-id={image.id} aria-label={words('image.open', { n: index + 1, place: place || words('image.untagged') })} onClick={() => onOpen(image.id)}>
              {image.previewUrl ? <img src={image.previewUrl} alt="" /> : <span class="loading">{words('image.loading')}</span>}
              <span class={place ? 'place' : 'place missing'}>{place || words('image.untagged')}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Over({ state, words, onReopen }: { state: SessionState; words: Words; onReopen(): void }) {
  const failed = state.status === 'failed';
  return (
    <section class="widget" part="widget" aria-label={words('title')}>
      <div class="empty" role="status" data-testid="over">
        <p><strong>{words(failed ? 'failed.title' : 'ended.title')}</strong></p>
        <p class="quiet">{state.problem?.detail ?? words('ended.text')}</p>
        <button type="button" class="primary" onClick={onReopen}>{words('reopen')}</button>
      </div>
    </section>
  );
}
