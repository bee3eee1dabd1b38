/**
 * Keeps the photos of one session in step with the edge. Events are hints:
 * every change is fetched and compared by revision, so a lost event can delay
 * a photo and never lose it. Framework-free; a host may bind to `store`.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { randomHex } from '../../random';
import { DEFAULT_FORMS, type RecordForms } from '../record/context';
import type { Derivation, MetadataChange } from '../image';
import { findPhoto, type Size } from './album';
import type { Commit, SessionState, SessionSync, SessionSyncOptions } from './api';
import type { ExportWay } from './timeline';
import { Ledger } from './ledger';
import type { Session, State } from './model';
import { Runtime } from './runtime';
import { imagesOf, viewOf } from './view';

export function createSessionSync(options: SessionSyncOptions): SessionSync {
  const sync = new Sync(options);
  sync.reopen();
  return sync;
}

/** What a host does becomes events; what the session becomes is shown in the store. */
class Sync implements SessionSync {
  readonly store: StoreApi<SessionState>;
  readonly #ledger = new Ledger();
  #shown: State;
  #runtime: Runtime;
  readonly #wake = (): void => {
    if (document.visibilityState === 'visible') this.refresh();
  };

  readonly #stopNoting: () => void;

  constructor(private readonly options: SessionSyncOptions) {
    if (options.committed) this.#ledger.seed(options.committed);
    this.#runtime = this.#start();
    this.#shown = this.#runtime.state;
    this.store = createStore<SessionState>(() => viewOf(this.#shown));
    for (const [target, type] of WAKING) target().addEventListener(type, this.#wake);
    this.#stopNoting = this.#ledger.listen((ids, time) => void this.#runtime.dispatch({ type: 'noted', ids, time }));
  }

  #start(): Runtime {
    const runtime: Runtime = new Runtime({
      ...this.options,
      ledger: this.#ledger,
      publish: (state) => {
        if (this.#runtime === runtime) this.#publish(state);
      },
      replace: (session) => this.#replace(session),
    });
    return runtime;
  }

  #publish(state: State): void {
    const view = viewOf(state, { state: this.#shown, view: this.store.getState() });
    this.#shown = state;
    if (isOther(view, this.store.getState())) this.store.setState(view, true);
  }

  /** Another encounter starts from the initial state, with nothing of the one before. */
  #replace(session: Session): void {
    void this.#runtime.dispatch({ type: 'close' });
    this.#runtime = this.#start();
    this.#runtime.adopt(session);
  }

  reopen(): void {
    void this.#runtime.dispatch({ type: 'open' });
  }

  showCode(fresh = false): Promise<void> {
    return this.#runtime.dispatch({ type: 'show-code', fresh });
  }

  refresh(): void {
    void this.#runtime.dispatch({ type: 'refresh' });
  }

  correct(id: string, change: MetadataChange): void {
    void this.#runtime.dispatch({ type: 'correct', id, change });
  }

  remove(id: string): void {
    void this.#runtime.dispatch({ type: 'remove', id });
  }

  restore(id: string): void {
    void this.#runtime.dispatch({ type: 'restore', id });
  }

  derive(from: string, file: File, size: Size, derivation: Derivation = 'cropped'): string | undefined {
    if (!findPhoto(this.#runtime.state.album, from)) return undefined;
    const id = randomHex();
    const picture = { file, url: URL.createObjectURL(file) };
    void this.#runtime.dispatch({ type: 'derive', id, from, picture, size, derivation });
    return id;
  }

  add(files: Iterable<File>, agreed = false): Promise<void> {
    return this.#runtime.add(files, agreed);
  }

  retryAdding(id: string): void {
    this.#runtime.retryAdding(id);
  }

  cancelAdding(id: string): void {
    this.#runtime.cancelAdding(id);
  }

  exported(imageIds: readonly string[], way: ExportWay): void {
    void this.#runtime.dispatch({ type: 'export', ids: imageIds, way });
  }

  async commit(
    deliver: (commit: Commit) => Promise<unknown>,
    forms: Partial<RecordForms> = {},
    only: readonly string[] | null = null,
    endsThen: () => boolean = () => false,
  ): Promise<boolean> {
    // Another encounter can be opened meanwhile. The session that committed is the only one that may end.
    const runtime = this.#runtime;
    const before = runtime.state.committed;
    await runtime.dispatch({ type: 'commit', forms: { ...DEFAULT_FORMS, ...forms }, only, deliver });
    const isCommitted = runtime.state.committed.size > before.size;
    const isLeft = imagesOf(runtime.state).some(({ committedAt }) => committedAt === undefined);
    if (isCommitted && !isLeft && endsThen()) await runtime.dispatch({ type: 'end', anyway: false });
    return isCommitted;
  }

  end(anyway = false): Promise<void> {
    return this.#runtime.dispatch({ type: 'end', anyway });
  }

  stay(): void {
    void this.#runtime.dispatch({ type: 'stay' });
  }

  offerGuide(photo: string | null, jpeg: string | null): Promise<void> {
    return this.#runtime.dispatch({ type: 'offer-guide', photo, jpeg });
  }

  removePhone(phoneId: string): Promise<void> {
    return this.#runtime.dispatch({ type: 'remove-phone', phoneId });
  }

  admit(number: string): Promise<void> {
    return this.#runtime.dispatch({ type: 'admit', number });
  }

  close(): void {
    for (const [target, type] of WAKING) target().removeEventListener(type, this.#wake);
    this.#stopNoting();
    void this.#runtime.dispatch({ type: 'close' });
  }
}

/** What a page hears when it is looked at again, comes back from sleep, or finds the network. */
const WAKING: readonly (readonly [() => EventTarget, string])[] = [
  [() => document, 'visibilitychange'],
  [() => document, 'resume'],
  [() => window, 'pageshow'],
  [() => window, 'focus'],
  [() => window, 'online'],
];

function isOther(a: SessionState, b: SessionState): boolean {
  return (Object.keys(a) as (keyof SessionState)[]).some((key) => a[key] !== b[key]);
}
