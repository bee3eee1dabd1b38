/** Carries out effects and turns what the browser says into events. */

import { ApiError } from '../api/client';
import { codeInAddress, exchange, openCommand } from './code';
import type { Command } from '../contract/engine';
import { Engine } from '../../../wasm/browser/client';
import type { EngineEvent } from '../../../wasm/browser/messages';
import { canRunEngine } from '../../../wasm/browser/support';
import { Media } from './media';
import { initialState, type Effect, type Event, type Saved, type State } from './model';
import { keepShell } from './offline/register';
import { behind, reduce } from './reducer';
import { preconnect } from '../preconnect';
import { Retention } from './retention';
import { erase, load, save, savedOf, takePicking } from './storage';
import { keepAwake } from './wakelock';

/** Notes are typed letter by letter; the engine and its journal get them this much later. */
const DESCRIBE_DELAY_MS = 250;

/** Events that happen without the person. */
const BY_ITSELF = new Set<Event['type']>([
  'snapshot',
  'pictured',
  'engine-ready',
  'engine-failed',
  'decoder-loading',
  'lifecycle',
  'undo-lapsed',
  'refused',
  'waits',
  'over',
]);

export type Dispatch = (event: Event) => void;

export class Runtime {
  state: State = initialState;
  readonly media = new Media((id, picture) => this.dispatch({ type: 'pictured', id, picture }));
  readonly #engine = new Engine((event) => this.#onEngine(event));
  readonly #described = new Map<string, Command>();
  #describeTimer: ReturnType<typeof setTimeout> | undefined;
  #exchange: AbortController | undefined;
  readonly #retention: Retention;
  readonly #saved: Saved;

  constructor(private readonly render: (state: State) => void) {
    const { saved, times } = load(Date.now());
    this.#saved = saved;
    this.#retention = new Retention(times, this.dispatch);
  }

  /** Reads the code off the address bar and starts. */
  boot(): void {
    const token = takeCode();
    this.#listen();
    this.dispatch({
      type: 'boot',
      token,
      saved: this.#saved,
      cameraKilled: takePicking(),
      online: navigator.onLine,
      supported: canRunEngine(),
    });
  }

  readonly dispatch: Dispatch = (event) => {
    if (!BY_ITSELF.has(event.type)) this.#retention.used();
    const [next, effects] = reduce(this.state, event);
    const changed = next !== this.state;
    this.state = next;
    for (const effect of effects) this.#carryOut(effect);
    if (!changed) return;
    this.#retention.observe(next);
    save(savedOf(next), this.#retention.times);
    guardHistory(next);
    keepAwake(next.snapshot?.phase === 'uploading');
    this.render(next);
  };

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case 'exchange':
        void this.#exchangeToken(effect.token);
        break;
      case 'start':
        this.#flush();
        this.#engine.send(openCommand(effect.session, location.origin));
        // The first paint comes first.
        requestAnimationFrame(() => setTimeout(() => this.#engine.start()));
        break;
      case 'add': {
        const { id, name, source } = effect.photo;
        const file = this.media.file(id);
        if (file) this.#engine.send({ type: 'add', id, name, source, file });
        preconnect(this.state.session?.storageOrigin);
        break;
      }
      case 'send':
        if (effect.command.type === 'upload') preconnect(this.state.session?.storageOrigin);
        this.#send(effect.command);
        break;
      case 'release':
        this.media.release(effect.id);
        break;
      case 'erase':
        erase();
        break;
      case 'reload':
        location.reload();
        break;
      case 'release-all':
        this.media.releaseAll();
        break;
    }
  }

  #send(command: Command): void {
    if (command.type === 'describe') {
      this.#described.set(command.id, command);
      clearTimeout(this.#describeTimer);
      this.#describeTimer = setTimeout(() => this.#flush(), DESCRIBE_DELAY_MS);
      return;
    }
    this.#flush();
    this.#engine.send(command);
  }

  /** The page goes. A deletion can no longer be undone, and no more letters are typed. */
  #leave(): void {
    if (this.state.undo?.kind === 'delete') this.dispatch({ type: 'undo-lapsed' });
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#describeTimer);
    for (const command of this.#described.values()) this.#engine.send(command);
    this.#described.clear();
  }

  async #exchangeToken(token: string): Promise<void> {
    this.#exchange?.abort();
    const controller = (this.#exchange = new AbortController());
    try {
      const session = await exchange(token, controller.signal, (number) =>
        this.dispatch({ type: 'waits', token, number }),
      );
      this.dispatch({ type: 'granted', token, session });
    } catch (error) {
      if (controller.signal.aborted) return;
      const trouble =
        error instanceof ApiError
          ? ({
              code: error.code === 'network' && !navigator.onLine ? 'offline' : error.code,
              retryable: error.retryable,
            } as const)
          : ({ code: 'internal', retryable: true } as const);
      this.dispatch({ type: 'refused', token, trouble });
    }
  }

  #onEngine(event: EngineEvent): void {
    switch (event.type) {
      case 'ready':
        this.dispatch({ type: 'engine-ready' });
        keepShell(); // now: all that it keeps has just been fetched and comes from the browser's own cache
        break;
      case 'snapshot':
        this.dispatch({ type: 'snapshot', snapshot: event.snapshot });
        break;
      case 'loading':
        this.dispatch({ type: 'decoder-loading', share: event.share });
        break;
      case 'preview':
        this.media.preview(event.id, event.jpeg);
        break;
      case 'failed':
        this.dispatch({ type: 'engine-failed', code: event.code });
        break;
    }
  }

  #listen(): void {
    const lifecycle = () => {
      if (document.visibilityState === 'hidden') this.#flush();
      else this.#retention.check();
      this.dispatch({ type: 'lifecycle', visible: document.visibilityState === 'visible', online: navigator.onLine });
    };
    document.addEventListener('visibilitychange', lifecycle);
    addEventListener('pagehide', () => this.#leave());
    addEventListener('online', lifecycle);
    addEventListener('offline', lifecycle);
    // A scanned code may open in the tab that is already here: then only the fragment changes.
    addEventListener('hashchange', () => {
      const token = takeCode();
      if (token !== null) this.dispatch({ type: 'link', token });
    });
    addEventListener('popstate', () => {
      if (history.state === GUARD || codeInAddress() !== null) return;
      const before = this.state;
      this.dispatch({ type: 'back' });
      if (this.state === before)
        history.back(); // nothing of ours took the press: it leaves the page
      else guardHistory(this.state);
    });
  }
}

/** The code in the address, which leaves the address bar and the history at once. */
function takeCode(): string | null {
  const code = codeInAddress();
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

const GUARD = 'photobridge';

/** Pushes one history entry so that the browser's back button moves inside the app. */
function guardHistory(state: State): void {
  const wanted = state.sheet !== null || behind(state) !== null;
  if (wanted && history.state !== GUARD) history.pushState(GUARD, '');
}
