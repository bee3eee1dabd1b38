/**
 * Keeps the photos of one session in step with the edge. Events are hints:
 * every change is fetched and compared by revision, so a lost event can delay
 * a photo and never lose it. Framework-free; a host may bind to `store`.
 */

import { createStore } from 'zustand/vanilla';
import { ApiError } from '../../api/client';
import * as edge from '../../api/desktop';
import type { CreateResponse, ListResponse } from '../../contract/api';
import { preconnect } from '../../preconnect';
import { Album } from './album';
import { transaction, type RecordForm } from '../fhir';
import type { MetadataChange } from '../image';
import { readClaims } from './launch';
import { Ledger } from './ledger';
import { Outbox, type Attendant } from './outbox';
import { listen } from './realtime';
import {
  initialState,
  OVER,
  readyToCommit,
  type Commit,
  type SessionProblem,
  type SessionState,
  type SessionSync,
  type SessionSyncOptions,
} from './api';
import { extend, type Happening, type TimelineEntry } from './timeline';

/** How long the desktop may not have heard of a change while realtime is down. */
const POLL_MS = 15_000;
/** A QR code that lapses sooner than this is renewed before it is shown. */
const QR_MARGIN_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
/** How long a removed photo can be brought back. */
export const UNDO_MS = 15_000;

export function createSessionSync(options: SessionSyncOptions): SessionSync {
  const sync = new Sync(options);
  sync.reopen();
  return sync;
}

class Sync implements SessionSync {
  readonly store = createStore<SessionState>(() => initialState);
  readonly #ledger = new Ledger();
  #outbox = new Outbox();
  #album = new Album(this.#ledger, this.#outbox);
  #access: edge.DesktopAccess | null = null;
  #storageOrigin: string | undefined;
  #etag: string | null = null;
  #fetching = false;
  /** The revision that the list being fetched must have told, or another one is fetched after it. */
  #awaited = 0;
  /** The revision of the list before the one that is shown: it tells of all since then. */
  #before = -1;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: (() => void) | undefined;
  #closed = false;
  /** Somebody ended the session on purpose: nothing of it is to stay. */
  #endedByHand = false;
  /** A desktop token was refused and has been renewed once without a good answer since. */
  #renewed = false;
  readonly #loading = new Map<string, AbortController>();
  /** What is to be removed for good, and when. */
  readonly #undo = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #attendant: Attendant = {
    corrected: (image) => this.#show(this.#album.saved(image)),
    failed: (error) => {
      this.#etag = null; // a change that was taken back needs the whole list
      if (error instanceof ApiError && error.code === 'image_not_found') this.refresh();
      else this.#fail(error);
      this.#show();
    },
    outdated: () => this.refresh(),
  };
  readonly #wake = (): void => {
    if (document.visibilityState === 'visible') this.refresh();
  };

  constructor(private readonly options: SessionSyncOptions) {
    for (const [target, type] of WAKING) target().addEventListener(type, this.#wake);
  }

  reopen(): void {
    this.#release();
    // The photos that stay are still of this patient: they can be committed at once.
    const { timeline, encounterId, patientId, patientLabel } = this.store.getState();
    this.store.setState({ ...initialState, timeline, encounterId, patientId, patientLabel }, true);
    this.#show();
    void this.#open();
  }

  async #open(): Promise<void> {
    const { launchToken, apiBase } = this.options;
    try {
      const token = typeof launchToken === 'string' ? launchToken : await launchToken();
      const created = await edge.openSession(apiBase, token);
      if (this.#closed) return;
      const { encounterId } = this.store.getState();
      const access = { apiBase, encounterId: created.encounterId, desktopToken: created.desktopToken };
      if (encounterId !== created.encounterId) this.#leave(Outbox.of(access));
      this.#access = access;
      this.#storageOrigin = created.storageOrigin;
      this.#outbox.attend(access, this.#attendant);
      this.store.setState({
        status: 'open',
        encounterId: created.encounterId,
        ...readClaims(token),
        revision: -1,
        maxImages: created.maxImages,
        sessionExpiresAt: created.sessionExpiresAt,
        problem: null,
      });
      this.#keepCode(created);
      this.#show([now('opened')]);
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
      event: (name, revision) => {
        if (name === 'session-ended') this.#endedByHand = true;
        if (name === 'image-uploaded') {
          if (this.#knows(revision)) return;
          preconnect(this.#storageOrigin);
        }
        this.#etag = null; // something changed; and Chromium asks for a preflight before each conditional call
        this.refresh(revision);
      },
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

  #keepCode({ mobileUrl, typedCode, tokenExpiresAt }: CreateResponse): void {
    this.store.setState({ qr: { url: mobileUrl, typedCode, expiresAt: tokenExpiresAt } });
  }

  async showCode(fresh = false): Promise<void> {
    const { qr } = this.store.getState();
    const access = this.#access;
    if (!access || (!fresh && qr && Date.parse(qr.expiresAt) - Date.now() > QR_MARGIN_MS)) return;
    try {
      const renewed = await edge.renewCode(access);
      if (this.#access === access) this.#keepCode(renewed);
    } catch (error) {
      if (this.#access === access) this.#fail(error);
    }
  }

  /** Fetches the list; if one is on its way, another one after it, unless that one tells of `revision`. */
  refresh(revision = Infinity): void {
    if (this.#closed || !this.#access) return;
    if (this.#fetching) {
      this.#awaited = Math.max(this.#awaited, revision);
      return;
    }
    void this.#fetch(this.#access);
  }

  /** Whether the last list told of it: several photos that arrive together are fetched as one change. */
  #knows(revision = Infinity): boolean {
    return this.#before < revision && revision <= this.store.getState().revision;
  }

  async #fetch(access: edge.DesktopAccess): Promise<void> {
    this.#fetching = true;
    clearTimeout(this.#timer);
    try {
      const tagged = await edge.fetchImages(access, this.#etag);
      if (this.#access !== access) return;
      this.#retryMs = FIRST_RETRY_MS;
      this.#renewed = false;
      if (tagged) {
        this.#etag = tagged.etag;
        this.#take(tagged.list);
      }
      this.store.setState({ problem: null });
      for (const id of this.#outbox.pending) this.#send(id);
      if (this.store.getState().connection !== 'live') this.#schedule(POLL_MS);
    } catch (error) {
      if (this.#access !== access) return;
      this.#fail(error);
    } finally {
      this.#fetching = false;
      const awaited = this.#awaited;
      this.#awaited = 0;
      if (awaited > this.store.getState().revision) this.refresh();
    }
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => (this.#access ? this.refresh() : void this.#open()), ms);
  }

  /** Takes a list in. An answer that was overtaken by a later one is dropped. */
  #take(list: ListResponse): void {
    const { revision, encounterId, phoneConnectedAt } = this.store.getState();
    if (list.revision < revision || list.encounterId !== encounterId) return;
    this.#before = revision < 0 ? list.revision : revision;
    const happened = this.#album.take(list.images);
    const joinedAt = list.phoneConnectedAt ?? null;
    if (joinedAt !== null && joinedAt !== phoneConnectedAt) happened.push({ at: joinedAt, what: 'joined' });
    for (const [id, abort] of this.#loading) if (!this.#album.wants(id)) abort.abort();
    this.store.setState({
      revision: list.revision,
      sessionExpiresAt: list.sessionExpiresAt,
      phoneConnectedAt: joinedAt,
    });
    this.#show(happened);
    for (const { imageId, previewUrl } of list.images)
      if (previewUrl && this.#album.wants(imageId)) void this.#load(imageId, previewUrl);
  }

  /** Fetches the bytes at once and keeps them: a URL may expire, a shown photo must not. The browser keeps none on its disk. */
  async #load(id: string, url: string): Promise<void> {
    if (this.#loading.has(id)) return;
    const abort = new AbortController();
    this.#loading.set(id, abort);
    try {
      const response = await fetch(url, {
        cache: 'no-store',
        signal: abort.signal,
        referrerPolicy: 'no-referrer',
        credentials: 'omit',
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const file = new File([await response.blob()], `${id}.jpg`, { type: 'image/jpeg' });
      if (abort.signal.aborted) return;
      this.#album.keep(id, file);
    } catch {
      if (abort.signal.aborted) return;
      this.#album.fail(id);
      this.#etag = null; // the next list brings fresh URLs
      this.#schedule(this.#backOff());
    } finally {
      if (this.#loading.get(id) === abort) this.#loading.delete(id);
    }
    this.#show();
  }

  /** Shows the album as it is now, and what brought it there. */
  #show(happened: readonly TimelineEntry[] = []): void {
    this.store.setState(({ timeline }) => ({
      images: this.#album.images,
      removed: this.#album.removed,
      timeline: extend(timeline, happened),
    }));
  }

  correct(imageId: string, change: MetadataChange): void {
    if (this.#isFixed(imageId)) return;
    this.#show(this.#album.change(imageId, change, timestamp()));
    this.#send(imageId);
  }

  /** What this desktop alone holds is sent when the edge lists it again. */
  #send(id: string): void {
    if (!this.#album.isLocal(id)) void this.#outbox.send(id);
  }

  remove(imageId: string): void {
    if (this.#isFixed(imageId)) return;
    this.#show(this.#album.remove(imageId, timestamp()));
    this.#undo.set(
      imageId,
      setTimeout(() => this.#removeForGood(imageId), UNDO_MS),
    );
  }

  restore(imageId: string): void {
    clearTimeout(this.#undo.get(imageId));
    this.#undo.delete(imageId);
    this.#show(this.#album.restore(imageId, timestamp()));
  }

  #removeForGood(id: string): void {
    clearTimeout(this.#undo.get(id));
    this.#undo.delete(id);
    this.#album.drop(id);
    this.#show();
    this.#send(id);
  }

  /** What is in the record, or on its way there, changes no more. */
  #isFixed(id: string): boolean {
    return this.store.getState().committing || this.#ledger.committedAt(id) !== undefined;
  }

  derive(from: string, file: File, size: { width: number; height: number }): string | undefined {
    const derived = this.#album.derive(from, file, size, timestamp());
    if (derived) this.#show([derived.happened]);
    return derived?.id;
  }

  async commit(deliver: (commit: Commit) => Promise<unknown>, form: RecordForm = 'Media'): Promise<boolean> {
    const { committing, encounterId, patientId } = this.store.getState();
    const images = readyToCommit(this.#album.images);
    if (committing || encounterId === null || !images) return false;
    this.store.setState({ committing: true, commitProblem: null });
    for (const id of [...this.#undo.keys()]) this.#removeForGood(id);
    try {
      const bundle = await transaction(images, { encounterId, patientId }, form);
      await deliver({ encounterId, patientId, bundle, images });
    } catch (error) {
      this.store.setState({ committing: false, commitProblem: error instanceof Error ? error.message : String(error) });
      return false;
    }
    this.#ledger.add(
      images.map(({ id }) => id),
      timestamp(),
    );
    this.store.setState({ committing: false });
    this.#show([{ ...now('committed'), count: images.length }]);
    return true;
  }

  async end(): Promise<void> {
    const access = this.#access;
    try {
      if (access) await edge.endSession(access);
    } catch (error) {
      if (this.#access === access) this.#fail(error);
      return;
    }
    if (this.#access === access && !this.#closed) this.#over(null, true);
  }

  /** A passing failure is tried again; a session that is over is said to be. */
  #fail(error: unknown): void {
    const problem: SessionProblem =
      error instanceof ApiError
        ? { code: error.code, detail: error.message }
        : { code: 'network', detail: 'The practice system gave no launch token.' };
    if (this.#access && problem.code === 'unauthorized' && !this.#renewed) {
      this.#renewed = true;
      this.#release();
      this.#album.detach();
      void this.#open();
    } else if (this.#access && OVER.has(problem.code)) {
      this.#over(problem, this.#endedByHand);
    } else if (this.#access || (error instanceof ApiError && error.retryable)) {
      this.store.setState({ problem });
      this.#schedule(this.#backOff());
    } else {
      this.store.setState({ status: 'failed', problem });
    }
  }

  #over(problem: SessionProblem | null, forget: boolean): void {
    this.#release();
    if (forget) this.#leave();
    else this.#album.detach();
    this.#endedByHand = false;
    this.store.setState({
      status: 'ended',
      connection: 'connecting',
      problem: forget ? null : problem,
      qr: null,
      phoneConnectedAt: null,
      revision: -1,
    });
    this.#show([now('ended')]);
  }

  #backOff(): number {
    const wait = this.#retryMs;
    this.#retryMs = Math.min(POLL_MS, wait * 2);
    return wait;
  }

  /** Ends what runs; the photos stay until they are replaced. */
  #release(): void {
    clearTimeout(this.#timer);
    this.#stopListening?.();
    this.#stopListening = undefined;
    for (const id of [...this.#undo.keys()]) this.#removeForGood(id);
    for (const abort of this.#loading.values()) abort.abort();
    this.#loading.clear();
    this.#access = null;
    this.#outbox.suspend();
    this.#etag = null;
    this.#awaited = 0;
  }

  /** Lets the photos go. What the edge is still to be told of them, the outbox tells it by itself. */
  #leave(next = new Outbox()): void {
    this.#outbox.leave();
    this.#album.clear();
    this.#outbox = next;
    this.#album = new Album(this.#ledger, next);
  }

  close(): void {
    this.#closed = true;
    for (const [target, type] of WAKING) target().removeEventListener(type, this.#wake);
    for (const id of [...this.#undo.keys()]) this.#removeForGood(id);
    this.#leave();
    this.#release();
    this.store.setState({ images: [], removed: [] });
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

const timestamp = (): string => new Date().toISOString();

const now = (what: Happening): TimelineEntry => ({ at: timestamp(), what });
