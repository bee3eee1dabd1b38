/**
 * Keeps the photos of one session in step with the edge. Events are hints:
 * every change is fetched and compared by revision, so a lost event can delay
 * a photo and never lose it. Framework-free; a host may bind to `store`.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, type ClientErrorCode } from '../api/client';
import * as edge from '../api/desktop';
import type { CreateResponse, ListResponse, Metadata } from '../contract/api';
import { toWidgetImage, type WidgetImage } from './image';
import { listen, type Realtime } from './realtime';

/** How long the desktop may not have heard of a change while realtime is down. */
const POLL_MS = 15_000;
/** A QR code that lapses sooner than this is renewed before it is shown. */
const QR_MARGIN_MS = 60_000;
const FIRST_RETRY_MS = 1_000;

export type SessionStatus = 'opening' | 'open' | 'ended' | 'failed';
export type Connection = 'connecting' | 'live' | 'polling';

export interface SessionProblem {
  code: ClientErrorCode;
  /** A sentence for a person. */
  detail: string;
}

export interface SessionState {
  status: SessionStatus;
  connection: Connection;
  encounterId: string | null;
  sessionExpiresAt: string | null;
  maxImages: number;
  /** The code to scan, and when it stops working. */
  qr: { url: string; expiresAt: string } | null;
  phoneConnectedAt: string | null;
  images: readonly WidgetImage[];
  revision: number;
  problem: SessionProblem | null;
}

export interface SessionSyncOptions {
  /** The edge's origin; '' for the page's own. */
  apiBase: string;
  /** A launch token of the practice system's backend, or where to get one. */
  launchToken: string | (() => Promise<string>);
  realtime?: Realtime;
}

export interface SessionSync {
  readonly store: StoreApi<SessionState>;
  /** Makes sure that `qr` holds a code with time left on it, or a fresh one. */
  showCode(fresh?: boolean): Promise<void>;
  /** Asks for changes now. */
  refresh(): void;
  /** Opens the session again after it failed or ended. */
  reopen(): void;
  correct(imageId: string, change: Partial<Record<keyof Metadata, string | null>>): Promise<void>;
  remove(imageId: string): Promise<void>;
  /** Ends the session for everybody; its photos are deleted from the store. */
  end(): Promise<void>;
  /** Lets go of everything: sockets, timers, object URLs. */
  close(): void;
}

const initialState: SessionState = {
  status: 'opening',
  connection: 'connecting',
  encounterId: null,
  sessionExpiresAt: null,
  maxImages: 0,
  qr: null,
  phoneConnectedAt: null,
  images: [],
  revision: -1,
  problem: null,
};

export function createSessionSync(options: SessionSyncOptions): SessionSync {
  const sync = new Sync(options);
  sync.reopen();
  return sync;
}

class Sync implements SessionSync {
  readonly store = createStore<SessionState>(() => initialState);
  #access: edge.DesktopAccess | null = null;
  #etag: string | null = null;
  #fetching = false;
  #again = false;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | undefined;
  #closed = false;
  readonly #loading = new Map<string, AbortController>();
  readonly #wake = (): void => {
    if (document.visibilityState === 'visible') this.refresh();
  };

  constructor(private readonly options: SessionSyncOptions) {
    document.addEventListener('visibilitychange', this.#wake);
    window.addEventListener('focus', this.#wake);
    window.addEventListener('online', this.#wake);
  }

  reopen(): void {
    this.#release();
    this.store.setState(initialState, true);
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      const { launchToken, apiBase } = this.options;
      const token = typeof launchToken === 'string' ? launchToken : await launchToken();
      const created = await edge.openSession(apiBase, token);
      if (this.#closed) return;
      this.#access = { apiBase, encounterId: created.encounterId, desktopToken: created.desktopToken };
      this.store.setState({ status: 'open', encounterId: created.encounterId, maxImages: created.maxImages, sessionExpiresAt: created.sessionExpiresAt, problem: null });
      this.#keepCode(created);
    } catch (error) {
      if (!this.#closed) this.#fail(error);
      return;
    }
    this.#listen(this.#access);
    this.refresh();
  }

  #listen(access: edge.DesktopAccess): void {
    const { realtime = listen } = this.options;
    this.#stopListening = realtime(() => edge.realtimeAccess(access), {
      event: () => this.refresh(),
      live: () => {
        this.store.setState({ connection: 'live' });
        this.refresh();
      },
      down: () => {
        this.store.setState({ connection: 'polling' });
        this.#schedule(POLL_MS);
      },
    });
  }

  #keepCode({ mobileUrl, tokenExpiresAt }: CreateResponse): void {
    this.store.setState({ qr: { url: mobileUrl, expiresAt: tokenExpiresAt } });
  }

  async showCode(fresh = false): Promise<void> {
    const { qr } = this.store.getState();
    if (!this.#access || (!fresh && qr && Date.parse(qr.expiresAt) - Date.now() > QR_MARGIN_MS)) return;
    try {
      this.#keepCode(await edge.renewCode(this.#access));
    } catch (error) {
      this.#fail(error);
    }
  }

  refresh(): void {
    if (this.#closed || !this.#access) return;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    void this.#fetch(this.#access);
  }

  async #fetch(access: edge.DesktopAccess): Promise<void> {
    this.#fetching = true;
    clearTimeout(this.#timer);
    try {
      const tagged = await edge.fetchImages(access, this.#etag);
      if (this.#access !== access) return;
      this.#retryMs = FIRST_RETRY_MS;
      if (tagged) {
        this.#etag = tagged.etag;
        this.#take(tagged.list);
      }
      this.store.setState({ problem: null });
      if (this.store.getState().connection !== 'live') this.#schedule(POLL_MS);
    } catch (error) {
      if (this.#access !== access) return;
      this.#fail(error);
    } finally {
      this.#fetching = false;
      if (this.#again) {
        this.#again = false;
        this.refresh();
      }
    }
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.refresh(), ms);
  }

  /** Takes a list in. An answer that was overtaken by a later one is dropped. */
  #take(list: ListResponse): void {
    const { images: before, revision, encounterId } = this.store.getState();
    if (list.revision < revision || list.encounterId !== encounterId) return;
    const earlier = new Map(before.map((image) => [image.id, image]));
    const images = list.images.map((image) => toWidgetImage(image, earlier.get(image.imageId)));
    const kept = new Set(images.map((image) => image.id));
    for (const image of before) if (!kept.has(image.id)) this.#forget(image);
    this.store.setState({ images, revision: list.revision, sessionExpiresAt: list.sessionExpiresAt, phoneConnectedAt: list.phoneConnectedAt ?? null });
    for (const image of list.images) if (image.previewUrl && !earlier.get(image.imageId)?.file) void this.#load(image.imageId, image.previewUrl);
  }

  /** Fetches the bytes at once and keeps them: a URL may expire, a shown photo must not. */
  async #load(id: string, url: string): Promise<void> {
    if (this.#loading.has(id)) return;
    const abort = new AbortController();
    this.#loading.set(id, abort);
    try {
      const response = await fetch(url, { signal: abort.signal, referrerPolicy: 'no-referrer', credentials: 'omit' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const file = new File([await response.blob()], `${id}.jpg`, { type: 'image/jpeg' });
      if (abort.signal.aborted) return;
      this.#patch(id, { file, previewUrl: URL.createObjectURL(file), failed: false });
    } catch {
      if (abort.signal.aborted) return;
      this.#patch(id, { failed: true });
      this.#etag = null; // the next list brings fresh URLs
      this.#schedule(this.#backOff());
    } finally {
      if (this.#loading.get(id) === abort) this.#loading.delete(id);
    }
  }

  #patch(id: string, change: Partial<WidgetImage>): void {
    this.store.setState(({ images }) => ({ images: images.map((image) => (image.id === id ? { ...image, ...change } : image)) }));
  }

  async correct(imageId: string, change: Partial<Record<keyof Metadata, string | null>>): Promise<void> {
    if (!this.#access) return;
    const image = await edge.correctImage(this.#access, imageId, change);
    const earlier = this.store.getState().images.find(({ id }) => id === imageId);
    this.#patch(imageId, toWidgetImage(image, earlier));
  }

  async remove(imageId: string): Promise<void> {
    if (!this.#access) return;
    await edge.removeImage(this.#access, imageId);
    this.refresh();
  }

  async end(): Promise<void> {
    if (!this.#access) return;
    await edge.endSession(this.#access);
    this.#release();
    this.store.setState({ ...initialState, status: 'ended' }, true);
  }

  /** A passing failure is tried again; a session that is over is said to be. */
  #fail(error: unknown): void {
    const problem: SessionProblem =
      error instanceof ApiError ? { code: error.code, detail: error.message } : { code: 'network', detail: 'The practice system gave no launch token.' };
    const over = problem.code === 'session_expired' || problem.code === 'unauthorized';
    if (this.#access && over) {
      this.#release();
      this.store.setState({ status: 'ended', problem, qr: null });
    } else if (this.#access) {
      this.store.setState({ problem });
      this.#schedule(this.#backOff());
    } else {
      this.store.setState({ status: 'failed', problem });
    }
  }

  #backOff(): number {
    const wait = this.#retryMs;
    this.#retryMs = Math.min(POLL_MS, wait * 2);
    return wait;
  }

  #forget(image: WidgetImage): void {
    this.#loading.get(image.id)?.abort();
    if (image.previewUrl) URL.revokeObjectURL(image.previewUrl);
  }

  /** Ends what runs and frees what is held; what is shown stays until it is replaced. */
  #release(): void {
    clearTimeout(this.#timer);
    this.#stopListening?.();
    this.#stopListening = undefined;
    for (const image of this.store.getState().images) this.#forget(image);
    for (const abort of this.#loading.values()) abort.abort();
    this.#loading.clear();
    this.#access = null;
    this.#etag = null;
    this.#again = false;
    this.store.setState({ images: [] });
  }

  close(): void {
    this.#closed = true;
    document.removeEventListener('visibilitychange', this.#wake);
    window.removeEventListener('focus', this.#wake);
    window.removeEventListener('online', this.#wake);
    this.#release();
  }
}
