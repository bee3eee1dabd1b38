/** Carries out effects, and converts their results into events. One runtime serves one encounter. */

import { ApiError } from '../../api/client';
import * as edge from '../../api/desktop';
import { preconnect } from '../../preconnect';
import { Delivery, type Outcome } from '../record/delivery';
import { problemOf } from '../record/results';
import { transactions } from '../record/transaction';
import { randomHex } from '../../random';
import { Adding } from './adding';
import { grantOf } from './chosen';
import type { SessionSyncOptions } from './api';
import { readClaims } from './launch';
import type { Ledger } from './ledger';
import { listenOnceLoaded, loadRealtime } from './listening';
import {
  initialState,
  isSameEncounter,
  timestamp,
  type Act,
  type Due,
  type Effect,
  type Event,
  type Failure,
  type Reply,
  type Session,
  type State,
  type Timer,
} from './model';
import { emptyOutbox, type Outbox } from './outbox';
import { reduce } from './reducer';

export interface RuntimeOptions extends SessionSyncOptions {
  ledger: Ledger;
  /** Shows a new state. */
  publish(state: State): void;
  /** Another encounter's session was opened: a new runtime takes its place. */
  replace(session: Session): void;
}

/** Runtimes whose screen has closed and that still have changes to send. */
const left = new Set<Runtime>();
/** The opening of a reply to a request that another runtime made. */
const FOREIGN = -1;

export class Runtime {
  state: State;
  readonly #timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  readonly #loads = new Map<string, AbortController>();
  readonly #adding = new Adding({
    grant: () => grantOf({ ...this.state, now: Date.now() }),
    origin: () => this.state.engineOrigin,
    show: (photos) => void this.dispatch({ type: 'adding', photos }),
    arrived: () => void this.dispatch({ type: 'refresh' }),
  });
  #stopListening: (() => void) | undefined;
  readonly #hide = (): void => void this.dispatch({ type: 'page-hidden' });
  /** The runtime that sends what this one left behind. */
  #heir: Runtime | undefined;

  constructor(private readonly options: RuntimeOptions) {
    this.state = initialState(randomHex(), options.ledger.times, options.ledger.notKept);
    addEventListener('pagehide', this.#hide);
  }

  /** Resolves when the effects of this event alone have been carried out. */
  async dispatch(what: Act | Due | Reply): Promise<void> {
    if (this.#heir && 'opening' in what) {
      await this.#heir.dispatch({ ...what, opening: FOREIGN });
      return;
    }
    const [next, effects] = reduce(this.state, { ...what, at: Date.now() } as Event);
    const changed = next !== this.state;
    this.state = next;
    const done = effects.map((effect) => this.#carryOut(effect));
    if (changed && this.state === next) this.options.publish(next);
    if (changed) this.#adding.follow(this.state);
    await Promise.all(done);
  }

  /** Adds photos of this computer. */
  add(files: Iterable<File>, agreed: boolean): Promise<void> {
    const consentAt = agreed ? timestamp({ ...this.state, now: Date.now() }) : null;
    const chosen = Array.from(files, (file) => {
      const view = { id: randomHex(), name: file.name, state: 'preparing', share: 0, problem: null } as const;
      return { view, file, consentAt };
    });
    return this.#adding.add(chosen);
  }

  retryAdding(id: string): void {
    this.#adding.retry(id);
  }

  cancelAdding(id: string): void {
    this.#adding.drop(id);
  }

  #carryOut(effect: Effect): Promise<void> | void {
    switch (effect.do) {
      case 'open':
        return this.#open(effect.opening);
      case 'replace':
        return this.options.replace(effect.session);
      case 'listen':
        return this.#listen(effect);
      case 'stop-listening':
        this.#stopListening?.();
        this.#stopListening = undefined;
        return;
      case 'preconnect':
        return preconnect(effect.origin);
      case 'load':
        return this.#load(effect);
      case 'abort':
        this.#loads.get(effect.id)?.abort();
        this.#loads.delete(effect.id);
        return;
      case 'revoke':
        return URL.revokeObjectURL(effect.url);
      case 'drop-added':
        return this.#adding.close();
      case 'deliver':
        return this.#deliver(effect);
      case 'note-committed':
        return this.options.ledger.add(effect.ids, effect.at, effect.failed);
      case 'wait':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.set(
          effect.timer,
          setTimeout(() => void this.dispatch(effect.due), effect.ms),
        );
        return;
      case 'stop':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.delete(effect.timer);
        return;
      case 'leave':
        left.add(this);
        addEventListener('pagehide', this.#hide);
        return;
      case 'finish':
        left.delete(this);
        removeEventListener('pagehide', this.#hide);
        return;
      default:
        return this.#request(effect);
    }
  }

  #request(
    effect: Extract<
      Effect,
      { do: 'renew-code' | 'list' | 'correct' | 'remove' | 'end' | 'remove-phone' | 'admit' | 'set-guide' }
    >,
  ): Promise<void> {
    switch (effect.do) {
      case 'renew-code':
        return this.#call(
          effect.opening,
          async () => ({ type: 'code-renewed', created: await edge.renewCode(effect.access) }),
          (failure) => ({ type: 'code-failed', failure }),
        );
      case 'list':
        return this.#call(
          effect.opening,
          async () => ({ type: 'listed', fetched: await edge.fetchImages(effect.access, effect.etag) }),
          (failure) => ({ type: 'list-failed', failure }),
        );
      case 'correct':
      case 'remove':
        return this.#send(effect);
      case 'end':
        return this.#call(
          effect.opening,
          async () => {
            await edge.endSession(effect.access, effect);
            return { type: 'ended' };
          },
          (failure) => ({ type: 'end-failed', failure }),
        );
      case 'remove-phone':
        return this.#call(effect.opening, async () => {
          await edge.removePhone(effect.access, effect.phoneId);
          return { type: 'phone-removed' };
        });
      case 'admit':
        return this.#call(
          effect.opening,
          async () => {
            await edge.admitPhone(effect.access, effect.number);
            return { type: 'admitted' };
          },
          (failure) => ({ type: 'not-admitted', failure }),
        );
      case 'set-guide': {
        const { photo, jpeg } = effect;
        const isOffered = jpeg !== null;
        return this.#call(
          effect.opening,
          async () => {
            await edge.setGuide(effect.access, jpeg);
            return { type: 'guide-set', photo, isOffered };
          },
          (failure) => ({ type: 'guide-failed', photo, isOffered, failure }),
        );
      }
    }
  }

  /** Makes a call and reports how it ended. */
  async #call(
    opening: number,
    call: () => Promise<ReplyBody>,
    failed: (failure: Failure) => ReplyBody = (failure) => ({ type: 'failed', failure }),
  ): Promise<void> {
    const reply = await call().catch((error: unknown) => failed(failureOf(error)));
    void this.dispatch({ ...reply, opening });
  }

  async #open(opening: number): Promise<void> {
    const { launchToken, apiBase, realtime } = this.options;
    if (!realtime) loadRealtime();
    try {
      const token = typeof launchToken === 'string' ? launchToken : await launchToken();
      const created = await edge.openSession(apiBase, token);
      if (this.state.closed || this.state.opening !== opening) return;
      const encounter = { encounterId: created.encounterId, ...readClaims(token) };
      const access = { apiBase, encounterId: created.encounterId, desktopToken: created.desktopToken };
      this.adopt({ access, created, encounter });
    } catch (error) {
      void this.dispatch({ type: 'failed', opening, failure: failureOf(error) });
    }
  }

  /** Works with a session that was opened. */
  adopt(session: Session): void {
    const { encounter, opening } = this.state;
    const isMine = !encounter || isSameEncounter(encounter, session.encounter);
    const inherited = isMine ? this.#inherit(session) : emptyOutbox;
    void this.dispatch({ type: 'opened', opening, ...session, inherited });
  }

  /** Takes over the unsent changes of this encounter's last screen. */
  #inherit({ access: { apiBase }, encounter }: Session): Outbox {
    for (const earlier of left) {
      const { access, outbox } = earlier.state;
      if (access?.apiBase !== apiBase || !earlier.state.encounter) continue;
      if (!isSameEncounter(earlier.state.encounter, encounter)) continue;
      void earlier.dispatch({ type: 'inherited' });
      earlier.#heir = this;
      return outbox;
    }
    return emptyOutbox;
  }

  #listen({ opening, access }: Extract<Effect, { do: 'listen' }>): void {
    const { realtime = listenOnceLoaded } = this.options;
    const heard = (what: ReplyBody): void => void this.dispatch({ ...what, opening });
    this.#stopListening = realtime(() => edge.realtimeAccess(access), {
      event: (name, revision) => heard({ type: 'heard', name, revision }),
      live: () => heard({ type: 'live' }),
      down: () => heard({ type: 'down' }),
    });
  }

  /** Fetches a picture's bytes: a URL may expire, a shown photo must not. The browser keeps none on its disk. */
  async #load({ opening, id, url }: Extract<Effect, { do: 'load' }>): Promise<void> {
    const abort = new AbortController();
    this.#loads.set(id, abort);
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
      void this.dispatch({ type: 'loaded', opening, id, picture: { file, url: URL.createObjectURL(file) } });
    } catch {
      if (!abort.signal.aborted) void this.dispatch({ type: 'load-failed', opening, id });
    } finally {
      if (this.#loads.get(id) === abort) this.#loads.delete(id);
    }
  }

  #send(effect: Extract<Effect, { do: 'correct' | 'remove' }>): Promise<void> {
    const { access, opening, id } = effect;
    return this.#call(
      opening,
      async () => {
        if (effect.do === 'correct') {
          const image = await edge.correctImage(access, id, effect.attempt);
          return { type: 'corrected', id, attempt: effect.attempt, image };
        }
        await edge.removeImage(access, id);
        return { type: 'removed', id };
      },
      (failure) => ({ type: 'unsent', id, failure }),
    );
  }

  async #deliver({ encounter, clinician, images, all, forms, time, deliver }: Deliver): Promise<void> {
    const { encounterId, patientId } = encounter;
    let outcome: Outcome;
    try {
      const context = { ...forms, encounterId, patientId, clinician, at: time };
      const { whole, photos } = await transactions(images, all, context);
      const delivery = new Delivery(photos);
      const commit = { encounterId, patientId, bundle: whole, photos: delivery.photos, images };
      outcome = await delivery.outcome(deliver(commit));
    } catch (error) {
      outcome = { kept: [], created: [], failed: new Map(images.map(({ id }) => [id, problemOf(error)])) };
    }
    await this.dispatch({ type: 'delivered', outcome });
  }
}

type Deliver = Extract<Effect, { do: 'deliver' }>;
type Unnumbered<R> = R extends Reply ? Omit<R, 'opening'> : never;
type ReplyBody = Unnumbered<Reply>;

function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) {
    const { code, message: detail, retryable, retryAfter = 0, ended } = error;
    return { code, detail, retryable, retryAfterMs: retryAfter * 1000, ended };
  }
  const detail = 'The practice system gave no launch token.';
  return { code: 'launch_failed', detail, retryable: false, retryAfterMs: 0, ended: false };
}
