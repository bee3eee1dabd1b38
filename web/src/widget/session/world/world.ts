/**
 * Whole lives of encounters in simulated time: screens of one desktop, an edge,
 * phones, another desktop, a network that loses and delays, and people. The
 * reducer is the real one; all around it is a model that obeys the contract.
 */

import type { Image, Laterality } from '../../../contract/api';
import type { WidgetImage } from '../../image';
import { DEFAULT_FORMS } from '../../record/context';
import { findPhoto } from '../album';
import type { Act, Failure } from '../model';
import { pending } from '../outbox';
import { imagesOf } from '../view';
import { Desktop, type Request } from './desktop';
import { failedOf, ModelEdge, type Patient } from './edge';
import { hold } from './rules';

const LOCKED = { code: 'refused', detail: 'locked' } as const;
const START = Date.parse('2026-03-04T10:00:00Z');
const RETRY_AFTER_MS = 20_000;
const A_FEW_MINUTES_MS = 180_000;

/** How many photos of a commit the record takes. */
export type Takes = 'all' | 'some' | 'none';

export class World {
  readonly #desktop: Desktop;
  readonly edge: ModelEdge;
  /** The last details that this desktop's person gave each photo, and those given during a commit. */
  readonly #words = new Map<string, Laterality>();
  readonly #late = new Map<string, Laterality>();
  readonly #removed = new Set<string>();
  #derived = 0;

  constructor(skewMs: number) {
    this.#desktop = new Desktop(START, 'p1', (token) => this.edge.wasEnded(token));
    this.edge = new ModelEdge(
      () => this.#desktop.now + skewMs,
      (patient, name, revision) => {
        for (const screen of this.#desktop.screens) {
          const opening = screen.listening;
          if (opening === null || screen.state.encounter?.patientId !== patient) continue;
          this.#desktop.hints.push({ screen, opening, name, revision });
        }
      },
    );
  }

  /** The patient on the screen. */
  get patient(): Patient {
    return this.#desktop.screen.patient;
  }

  // The person at this desktop.

  correct(nth: number, laterality: Laterality): void {
    const { state } = this.#desktop.screen;
    const image = this.#shown(nth);
    if (!image || image.committedAt !== undefined) return;
    const isLate = state.delivering?.has(image.id) ?? false;
    (isLate ? this.#late : this.#words).set(image.id, laterality);
    if (!isLate) this.#late.delete(image.id);
    this.#desktop.dispatch({ type: 'correct', id: image.id, change: { laterality, bodySite: 'hand' } });
  }

  remove(nth: number): void {
    const id = this.#shown(nth)?.id;
    if (id === undefined) return;
    this.#desktop.dispatch({ type: 'remove', id });
    if (this.#desktop.screen.state.album.removed.has(id)) this.#removed.add(id);
  }

  restore(): void {
    const [id] = this.#desktop.screen.state.album.removed;
    if (id === undefined) return;
    this.#removed.delete(id);
    this.#desktop.dispatch({ type: 'restore', id });
  }

  derive(nth: number): void {
    const from = this.#shown(nth)?.id;
    if (from === undefined) return;
    const picture = this.#desktop.picture();
    const id = `${from}-d${++this.#derived}`;
    this.#desktop.dispatch({ type: 'derive', id, from, picture, size: { width: 1, height: 1 }, derivation: 'cropped' });
  }

  commit(): void {
    if (this.#desktop.deliveries.length > 0) return; // one record, which takes one after the other
    const deliver = (): Promise<void> => Promise.resolve();
    this.#desktop.dispatch({ type: 'commit', forms: DEFAULT_FORMS, only: null, deliver });
  }

  /** The person tries only those again that the record refused. */
  commitAgain(): void {
    if (this.#desktop.deliveries.length > 0) return;
    const only = imagesOf(this.#desktop.screen.state).flatMap(({ id, commitProblem }) => (commitProblem ? [id] : []));
    const deliver = (): Promise<void> => Promise.resolve();
    this.#desktop.dispatch({ type: 'commit', forms: DEFAULT_FORMS, only, deliver });
  }

  do(act: Extract<Act, { type: 'open' | 'refresh' | 'end' | 'stay' | 'show-code' }>): void {
    if (act.type === 'open') this.#desktop.screen.quiet = 0;
    this.#desktop.dispatch(act);
  }

  /** The host shows a patient in a new element. */
  show(patient: Patient): void {
    this.#countLate();
    this.#late.clear();
    this.#desktop.dispatch({ type: 'close' });
    this.#desktop.screen = this.#desktop.open(patient);
  }

  /** The host's function promises launch tokens of this patient from now on. */
  reopenAs(patient: Patient): void {
    this.#desktop.screen.patient = patient;
    this.do({ type: 'open' });
  }

  /** The host goes to another page, which shows a patient. */
  navigate(patient: Patient): void {
    this.#countLate();
    this.#late.clear();
    this.#desktop.navigate(patient);
  }

  hidePage(): void {
    this.#countLate();
    this.#desktop.hidePage();
  }

  /** The screen or the page may never hear of the end of a commit: the corrections made during it count. */
  #countLate(): void {
    for (const [id, word] of this.#late) this.#words.set(id, word);
  }

  /** A phone begins to send, if a screen has had a code that it can have scanned. */
  reserve(): void {
    const token = this.edge.tokenOf(this.patient);
    if (this.#desktop.screens.some(({ codes }) => codes.has(token))) this.edge.reserve(this.patient);
  }

  // The host's record.

  deliver(takes: Takes): void {
    const delivery = this.#desktop.deliveries.shift();
    if (!delivery) return;
    const { screen, ids } = delivery;
    const kept = ids.filter((_, nth) => takes === 'all' || (takes === 'some' && nth % 2 === 0));
    const again = kept.filter((id) => this.#desktop.committed.has(id));
    hold('a photo goes into the record once', again.length === 0, again);
    const failed = new Map(ids.filter((id) => !kept.includes(id)).map((id) => [id, LOCKED]));
    const counts = (id: string): boolean => failed.has(id) || screen.state.closed;
    for (const [id, word] of this.#late) if (counts(id)) this.#words.set(id, word);
    this.#late.clear();
    this.#desktop.dispatch({ type: 'delivered', outcome: { kept, created: [], failed } }, screen);
    const silent = [...failed.keys()].filter((id) => screen.state.notKept.get(id) !== LOCKED);
    hold('a photo that the record refused says why', screen.state.closed || silent.length === 0, silent);
  }

  // The network.

  /** A request reaches the edge. Two about one photo arrive in their order: those of a page that is gone first. */
  arrive(nth: number): void {
    const any = pick(this.#desktop.requests, nth);
    const request = this.#desktop.requests.find((one) => !one.reply && any && isSamePhoto(one, any)) ?? any;
    if (!request || request.reply) return;
    const { call, screen } = request;
    // What the person removed since has been seen too.
    const agreed = new Set([...request.agreed, ...screen.state.album.removed, ...screen.state.outbox.gone]);
    request.reply = this.edge.serve(call, screen.patient, agreed);
  }

  /** Its response reaches the desktop. */
  answer(nth: number): void {
    const request = pick(this.#desktop.requests, nth);
    if (!request?.reply) return;
    take(this.#desktop.requests, request);
    this.#desktop.reply(request, request.reply);
  }

  /** A request or its response is lost, or the edge has no time for it. */
  fail(nth: number, code: 'network' | 'rate_limited' | 'unauthorized'): void {
    const request = pick(this.#desktop.requests, nth);
    if (!request) return;
    take(this.#desktop.requests, request);
    const retryAfterMs = code === 'rate_limited' ? RETRY_AFTER_MS : 0;
    const { screen, call } = request;
    if (call.do !== 'load' && retryAfterMs > 0) {
      screen.quiet = Math.max(screen.quiet, this.#desktop.now + retryAfterMs);
    }
    const failure: Failure = { code, detail: code, retryable: code !== 'unauthorized', retryAfterMs, ended: false };
    this.#desktop.reply(request, failedOf(call, failure));
  }

  hear(nth: number): void {
    const hint = pick(this.#desktop.hints, nth);
    if (!hint) return;
    take(this.#desktop.hints, hint);
    this.#desktop.hear(hint);
  }

  realtime(is: 'live' | 'down'): void {
    const { listening } = this.#desktop.screen;
    if (listening !== null) this.#desktop.dispatch({ type: is, opening: listening });
  }

  wait(): void {
    this.#desktop.wait();
  }

  /** Everything that is on its way arrives, for some minutes. */
  settle(): void {
    const until = this.#desktop.now + A_FEW_MINUTES_MS;
    this.realtime('live');
    while (this.#desktop.deliveries.length > 0) this.deliver('all');
    do {
      this.#flush();
    } while (this.#desktop.wait(until));
    this.#desktop.now = until;
  }

  #flush(): void {
    while (this.#desktop.requests.length > 0 || this.#desktop.hints.length > 0) {
      this.arrive(0);
      this.answer(0);
      this.hear(0);
    }
  }

  // The rules.

  /** What holds after each step. */
  check(): void {
    const held = new Set<string>();
    for (const { state } of this.#desktop.screens) {
      for (const { url } of state.album.pictures.values()) held.add(url);
      const ids = state.album.photos.map(({ image }) => image.imageId);
      const strangers = ids.filter((id) => !id.startsWith(`${state.encounter?.patientId}-`));
      hold('no photo under another patient', strangers.length === 0, strangers);
      const back = ids.filter((id) => state.outbox.gone.has(id));
      hold('what was removed stays removed', back.length === 0, back);
      const both = [...state.notKept.keys()].filter((id) => state.committed.has(id));
      hold('no photo is in the record and refused by it', both.length === 0, both);
    }
    const { urls } = this.#desktop;
    const isFreed = held.size === urls.size && [...held].every((url) => urls.has(url));
    hold('a picture is freed when it is shown no more', isFreed, [urls.size, held.size]);
  }

  /** Checks the rules that hold after all faults have stopped and every request has ended. */
  checkQuiet(): void {
    const { state, patient } = this.#desktop.screen;
    const session = this.edge.session(patient);
    // A token that was refused twice is not tried again: the widget reports it, and a person opens the session again.
    const isRefused = state.status !== 'open' && state.problem?.code === 'unauthorized';
    // A request that was given up may still have opened a session, with nothing in it.
    const lives = session !== undefined && session.images.size > 0;
    const knows = state.status === 'open' ? session !== undefined : !lives;
    hold('in the end the desktop knows whether the session lives', knows || isRefused, state.status);
    if (!session || state.status !== 'open') return;
    // Corrections of a photo that only this desktop holds are never sent, as the edge does not have the photo.
    const unsent = pending(state.outbox).filter((id) => !findPhoto(state.album, id)?.local);
    hold('in the end nothing is left to send', unsent.length === 0, unsent);
    const shown = imagesOf(state).filter(({ local }) => !local);
    const stored = [...session.images.values()];
    const isSame = shown.map(({ id }) => id).join() === stored.map(({ imageId }) => imageId).join();
    hold('in the end the desktop shows what is stored', isSame, [shown, stored]);
    hold('in the end nothing is expected that does not come', state.expected.length === session.expected.size);
    for (const image of stored) this.#checkStored(image, shown);
  }

  #checkStored({ imageId: id, metadata }: Image, shown: readonly WidgetImage[]): void {
    if (this.#desktop.givenUp.has(id)) return;
    hold('what was removed stays removed', !this.#removed.has(id), id);
    const word = this.#words.get(id);
    const isStored = word === undefined || metadata.laterality === word;
    hold('the last word of a person is what is stored', isStored, [word, metadata]);
    const details = shown.find((one) => one.id === id)?.details;
    const isShown = details?.laterality === metadata.laterality && details?.view === metadata.view;
    hold('in the end the desktop says what is stored', isShown, [details, metadata]);
  }

  #shown(nth: number): WidgetImage | undefined {
    return pick(imagesOf(this.#desktop.screen.state), nth);
  }
}

function isSamePhoto({ call: a, screen }: Request, { call: b, screen: other }: Request): boolean {
  const isEdit = (a.do === 'correct' || a.do === 'remove') && (b.do === 'correct' || b.do === 'remove');
  return isEdit && a.id === b.id && (screen === other || screen.dead);
}

function pick<T>(list: readonly T[], nth: number): T | undefined {
  return list[nth % Math.max(1, list.length)];
}

function take<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}
