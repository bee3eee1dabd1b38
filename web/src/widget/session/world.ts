/**
 * Whole lives of encounters in simulated time: screens of one desktop, an edge,
 * phones, another desktop, a network that loses and delays, and people. The
 * reducer is the real one; all around it is a model that obeys the contract.
 */

import type { Fetched, Timed } from '../../api/desktop';
import type { CreateResponse, Image, Laterality, Metadata } from '../../contract/api';
import { findPhoto, type Picture } from './album';
import { initialState, isSameEncounter, type Act, type Due, type Effect, type Event } from './model';
import type { Failure, Reply, Session, State, Timer } from './model';
import { emptyOutbox, pending, type Outbox } from './outbox';
import { reduce } from './reducer';
import { imagesOf } from './view';

const FOREIGN = -1;
const NOT_HERE: Picture = { url: '', file: new File([], '') };
const START = Date.parse('2026-03-04T10:00:00Z');
const PATIENTS = ['p1', 'p2'] as const;
type Patient = (typeof PATIENTS)[number];

/** A rule that was broken. Its message is the rule. */
export class Broken extends Error {}

function hold(rule: string, holds: boolean, detail: unknown = ''): void {
  if (!holds) throw new Broken(`${rule}: ${JSON.stringify(detail)}`);
}

interface EdgeSession {
  id: number;
  revision: number;
  images: Map<string, Image>;
  expected: Set<string>;
}

interface Screen {
  patient: Patient;
  state: State;
  timers: Map<Timer, { at: number; due: Due }>;
  listening: number | null;
  heir: Screen | null;
  left: boolean;
  /** Photos that a person could see here. */
  seen: Set<string>;
  /** The edge wants no call before. */
  quiet: number;
  /** The clinician was asked before the end. */
  asked: boolean;
}

type Call = Extract<Effect, { opening: number }>;
type Body = Reply extends infer R ? (R extends Reply ? Omit<R, 'opening'> : never) : never;

interface Request {
  screen: Screen;
  call: Call;
  reply: Body | null;
}

interface Hint {
  screen: Screen;
  opening: number;
  name: Extract<Reply, { type: 'heard' }>['name'];
  revision: number;
}

interface Delivery {
  screen: Screen;
  ids: readonly string[];
}

export class World {
  now = START;
  readonly requests: Request[] = [];
  readonly hints: Hint[] = [];
  readonly deliveries: Delivery[] = [];
  readonly #screens: Screen[] = [];
  readonly #sessions = new Map<Patient, EdgeSession>();
  readonly #urls = new Set<string>();
  readonly #committed = new Map<string, string>();
  /** What this desktop's person said last of each photo, and which ones are removed. */
  readonly #words = new Map<string, Laterality>();
  readonly #late = new Map<string, Laterality>();
  readonly #removed = new Set<string>();
  /** Photos about which the edge could not be reached within the time that a screen keeps trying. */
  readonly #givenUp = new Set<string>();
  #count = 0;
  #leaving = false;
  screen: Screen;

  constructor(private readonly skewMs: number) {
    this.screen = this.#open('p1');
  }

  // People at this desktop.

  correct(nth: number, laterality: Laterality): void {
    const image = this.#shown(nth);
    if (!image || image.committedAt !== undefined) return;
    if (this.screen.state.delivering?.has(image.id)) this.#late.set(image.id, laterality);
    else this.#words.set(image.id, laterality);
    this.#dispatch({ type: 'correct', id: image.id, change: { laterality, bodySite: 'hand' } });
  }

  remove(nth: number): void {
    const id = this.#shown(nth)?.id;
    if (id === undefined) return;
    this.#dispatch({ type: 'remove', id });
    if (this.screen.state.album.removed.has(id)) this.#removed.add(id);
  }

  restore(): void {
    const [id] = this.screen.state.album.removed;
    if (id === undefined) return;
    this.#removed.delete(id);
    this.#dispatch({ type: 'restore', id });
  }

  derive(nth: number): void {
    const from = this.#shown(nth)?.id;
    if (from === undefined) return;
    const id = `${from}-d${++this.#count}`;
    this.#dispatch({ type: 'derive', id, from, picture: this.#picture(), size: { width: 1, height: 1 } });
  }

  commit(): void {
    if (this.deliveries.length > 0) return;
    this.#dispatch({ type: 'commit', form: 'Media', deliver: () => Promise.resolve() });
  }

  do(act: Extract<Act, { type: 'open' | 'refresh' | 'end' | 'stay' | 'show-code' }>): void {
    if (act.type === 'open') this.screen.quiet = 0;
    this.#dispatch(act);
  }

  /** The host shows this or the other patient in a new element. */
  show(patient: Patient): void {
    this.#dispatch({ type: 'close' });
    this.screen = this.#open(patient);
  }

  /** The host's function promises a launch token of the other patient from now on. */
  reopenAs(patient: Patient): void {
    this.screen.patient = patient;
    this.do({ type: 'open' });
  }

  hidePage(): void {
    this.#leaving = true;
    this.#dispatch({ type: 'page-hidden' });
    this.#leaving = false;
  }

  // The host's record.

  deliver(succeeds: boolean): void {
    const delivery = this.deliveries.shift();
    if (!delivery) return;
    const { screen, ids } = delivery;
    if (succeeds) {
      for (const id of ids) hold('a photo goes into the record once', !this.#committed.has(id), id);
    } else for (const [id, word] of this.#late) this.#words.set(id, word);
    this.#late.clear();
    this.#dispatch(succeeds ? { type: 'delivered', ids } : { type: 'undelivered', reason: 'locked' }, screen);
  }

  // Phones and another desktop.

  reserve(): void {
    const session = this.#sessions.get(this.screen.patient);
    if (!session) return;
    session.expected.add(`${this.screen.patient}-${++this.#count}`);
    this.#change(session, this.screen.patient, 'images-expected');
  }

  confirm(): void {
    const { patient } = this.screen;
    const session = this.#sessions.get(patient);
    const [id] = session?.expected ?? [];
    if (!session || id === undefined) return;
    session.expected.delete(id);
    session.images.set(id, imageOf(id, this.#serverTime()));
    this.#change(session, patient, 'image-uploaded');
  }

  lapse(): void {
    this.#sessions.get(this.screen.patient)?.expected.clear();
  }

  /** Another desktop says something else of a photo than this one does, or removes it, or ends the session. */
  other(what: 'describe' | 'remove' | 'end' | 'expire'): void {
    const { patient } = this.screen;
    const session = this.#sessions.get(patient);
    const [image] = session?.images.values() ?? [];
    if (!session) return;
    if (what === 'expire') this.#sessions.delete(patient);
    else if (what === 'end') this.#endSession(patient, session);
    else if (image && what === 'remove') {
      session.images.delete(image.imageId);
      this.#change(session, patient, 'image-removed');
    } else if (image) this.#describe(session, patient, image, { view: 'overview' });
  }

  // The network.

  /** A request reaches the edge. */
  arrive(nth: number): void {
    const request = this.requests[nth % Math.max(1, this.requests.length)];
    if (request && !request.reply) request.reply = this.#serve(request);
  }

  /** Its response reaches the desktop. */
  answer(nth: number): void {
    const at = nth % Math.max(1, this.requests.length);
    const request = this.requests[at];
    if (!request?.reply) return;
    this.requests.splice(at, 1);
    if (request.reply.type === 'loaded') request.reply.picture = this.#picture();
    if (request.reply.type === 'opened') {
      const { opening, encounter, closed } = request.screen.state;
      if (closed || opening !== request.call.opening) return;
      const isMine = !encounter || isSameEncounter(encounter, request.reply.encounter);
      if (isMine) request.reply.inherited = this.#inherit(request.screen, request.reply);
    }
    this.#reply(request.screen, { ...request.reply, opening: request.call.opening } as Reply);
  }

  /** The request or its response is lost, or the edge has no time for it. */
  fail(nth: number, code: 'network' | 'rate_limited' | 'unauthorized'): void {
    const [request] = this.requests.splice(nth % Math.max(1, this.requests.length), 1);
    if (!request) return;
    const retryAfterMs = code === 'rate_limited' ? 20_000 : 0;
    if (code === 'rate_limited' && request.call.do !== 'load')
      request.screen.quiet = Math.max(request.screen.quiet, this.now + retryAfterMs);
    const failure: Failure = { code, detail: code, retryable: code !== 'unauthorized', retryAfterMs };
    this.#refuse(request, failure);
  }

  hear(nth: number): void {
    const [hint] = this.hints.splice(nth % Math.max(1, this.hints.length), 1);
    if (hint?.screen.listening !== hint?.opening || !hint) return;
    const { screen, opening, name, revision } = hint;
    this.#reply(screen, { type: 'heard', opening, name, revision });
  }

  realtime(is: 'live' | 'down'): void {
    const { listening } = this.screen;
    if (listening !== null) this.#reply(this.screen, { type: is, opening: listening });
  }

  /** The next timer of any screen ends; true if there was one before `until`. */
  wait(until = Infinity): boolean {
    const timers = this.#screens.flatMap((screen) =>
      [...screen.timers].map(([name, timer]) => ({ screen, name, ...timer })),
    );
    const next = timers.sort((a, b) => a.at - b.at)[0];
    if (!next || next.at > until) return false;
    this.now = Math.max(this.now, next.at);
    next.screen.timers.delete(next.name);
    this.#dispatch(next.due, next.screen);
    return true;
  }

  /** Everything that is on its way arrives, for some minutes. */
  settle(): void {
    const until = this.now + 180_000;
    this.realtime('live');
    while (this.deliveries.length > 0) this.deliver(true);
    do {
      this.#flush();
    } while (this.wait(until));
    this.now = until;
    this.do({ type: 'refresh' });
    this.#flush();
  }

  #flush(): void {
    while (this.requests.length > 0 || this.hints.length > 0) {
      this.arrive(0);
      this.answer(0);
      this.hear(0);
    }
  }

  // The rules.

  check(): void {
    const held = new Set<string>();
    for (const { state } of this.#screens) {
      for (const { url } of state.album.pictures.values()) held.add(url);
      const strangers = state.album.photos.filter(
        ({ image }) => !image.imageId.startsWith(`${state.encounter?.patientId}-`),
      );
      hold('no photo under another patient', strangers.length === 0, strangers);
      const shown = imagesOf(state).filter(({ id }) => state.outbox.gone.has(id));
      hold('what was removed stays removed', shown.length === 0, shown);
    }
    hold('a picture is freed when it is shown no more', [...this.#urls].join() === [...held].join(), [
      this.#urls.size,
      held.size,
    ]);
  }

  checkQuiet(): void {
    const { state, patient } = this.screen;
    const session = this.#sessions.get(patient);
    // A token that was refused twice is not tried again: that is said, and a person opens the session again.
    const isRefused = state.status !== 'open' && state.problem?.code === 'unauthorized';
    // A request that was given up may still have opened a session, with nothing in it.
    const lives = session !== undefined && session.images.size > 0;
    const knows = state.status === 'open' ? session !== undefined : !lives;
    hold('in the end the desktop knows whether the session lives', knows || isRefused, state.status);
    if (!session || state.status !== 'open') return;
    // Of a photo that this desktop alone holds the edge can learn nothing.
    const unsent = pending(state.outbox).filter((id) => !findPhoto(state.album, id)?.local);
    hold('in the end nothing is left to send', unsent.length === 0, unsent);
    const remote = imagesOf(state).filter(({ local }) => !local);
    const stored = [...session.images.values()];
    hold('in the end the desktop shows what is stored', sameIds(remote, stored), [remote, stored]);
    for (const image of stored) {
      const { imageId: id, metadata } = image;
      if (this.#givenUp.has(id)) continue;
      hold('what was removed stays removed', !this.#removed.has(id), id);
      const word = this.#words.get(id);
      hold('the last word of a person is what is stored', word === undefined || metadata.laterality === word, [
        word,
        metadata,
      ]);
      const said = remote.find((one) => one.id === id)?.said;
      hold(
        'in the end the desktop says what is stored',
        said?.laterality === metadata.laterality && said?.view === metadata.view,
        id,
      );
    }
  }

  // The desktop's machinery, as the runtime has it.

  #open(patient: Patient): Screen {
    const screen: Screen = {
      patient,
      state: initialState(new Map(this.#committed)),
      timers: new Map(),
      listening: null,
      heir: null,
      left: false,
      seen: new Set(),
      quiet: 0,
      asked: false,
    };
    this.#screens.push(screen);
    this.#dispatch({ type: 'open' }, screen);
    return screen;
  }

  #shown(nth: number) {
    const images = imagesOf(this.screen.state);
    return images[nth % Math.max(1, images.length)];
  }

  #reply(screen: Screen, reply: Reply): void {
    if (screen.heir) this.#reply(screen.heir, { ...reply, opening: FOREIGN });
    else this.#dispatch(reply, screen);
  }

  #dispatch(what: Act | Due | Reply, screen = this.screen): void {
    const before = screen.state;
    const [next, effects] = reduce(before, { ...what, at: this.now } as Event);
    screen.state = next;
    for (const { id } of imagesOf(next)) screen.seen.add(id);
    if (next.ending?.question) screen.asked = true;
    this.#noteGivenUp(screen, before, what);
    for (const effect of effects) this.#carryOut(screen, effect);
  }

  /** After the screen is gone, sending may come to an end without success. */
  #noteGivenUp(screen: Screen, before: State, what: Act | Due | Reply): void {
    if (what.type === 'inherited') return;
    const still = new Set(pending(screen.state.outbox));
    const failed = what.type === 'unsent';
    for (const id of pending(before.outbox)) if (screen.state.closed && failed && !still.has(id)) this.#givenUp.add(id);
  }

  #carryOut(screen: Screen, effect: Effect): void {
    switch (effect.do) {
      case 'wait':
        screen.timers.set(effect.timer, { at: this.now + effect.ms, due: effect.due });
        break;
      case 'stop':
        screen.timers.delete(effect.timer);
        break;
      case 'revoke':
        hold('a picture is freed once', this.#urls.delete(effect.url), effect.url);
        break;
      case 'abort':
        this.#drop(({ screen: of, call }) => of === screen && call.do === 'load' && call.id === effect.id);
        break;
      case 'listen':
        screen.listening = effect.opening;
        break;
      case 'stop-listening':
        screen.listening = null;
        break;
      case 'replace':
        this.#replace(screen, effect.session);
        break;
      case 'deliver':
        this.deliveries.push({ screen, ids: effect.images.map(({ id }) => id) });
        break;
      case 'note-committed':
        for (const id of effect.ids) this.#committed.set(id, effect.at);
        this.#dispatch({ type: 'noted', ids: effect.ids, time: effect.at });
        break;
      case 'leave':
        screen.left = true;
        break;
      case 'finish':
        screen.left = false;
        if (!screen.heir) for (const id of pending(screen.state.outbox)) this.#givenUp.add(id);
        break;
      case 'preconnect':
        break;
      default:
        this.#send(screen, effect);
    }
  }

  #send(screen: Screen, call: Call): void {
    if (!this.#leaving && (call.do === 'list' || call.do === 'correct' || call.do === 'remove'))
      hold('an edge that asks to be left alone is left alone', this.now >= screen.quiet, call);
    if (call.do === 'correct' || call.do === 'remove') {
      const others = this.requests.filter(
        (one) => (one.call.do === 'correct' || one.call.do === 'remove') && one.call.id === call.id,
      );
      hold('one call at a time for each photo', this.#leaving || others.length === 0, call.id);
    }
    if (call.do === 'end') hold('an end is forced only after a question', !call.force || screen.asked);
    this.requests.push({ screen, call, reply: null });
  }

  #drop(which: (request: Request) => boolean): void {
    for (let i = this.requests.length - 1; i >= 0; i--) {
      const request = this.requests[i];
      if (request && which(request)) this.requests.splice(i, 1);
    }
  }

  #replace(screen: Screen, session: Session): void {
    const { patient } = screen;
    this.#dispatch({ type: 'close' }, screen);
    const next: Screen = { ...screen, patient, state: initialState(new Map(this.#committed)), timers: new Map() };
    Object.assign(next, { listening: null, heir: null, left: false, seen: new Set(), quiet: 0, asked: false });
    this.#screens.push(next);
    this.screen = next;
    this.#dispatch({ type: 'opened', opening: 0, ...session, inherited: this.#inherit(next, session) }, next);
  }

  #inherit(screen: Screen, { encounter }: Session): Outbox {
    const earlier = this.#screens.find(
      ({ left, state }) => left && state.encounter && isSameEncounter(state.encounter, encounter),
    );
    if (!earlier) return emptyOutbox;
    const { outbox } = earlier.state;
    earlier.heir = screen;
    this.#dispatch({ type: 'inherited' }, earlier);
    return outbox;
  }

  // The edge.

  #serverTime(): number {
    return this.now + this.skewMs;
  }

  #serve({ screen, call }: Request): Body {
    const serverTime = this.#serverTime();
    if (call.do === 'open') return this.#create(screen, call.opening);
    if (call.do === 'load') return { type: 'loaded', id: call.id, picture: NOT_HERE };
    if (call.do === 'listen') throw new Error('not a call');
    const [patient, id] = call.access.desktopToken.split('#') as [Patient, string];
    const session = this.#sessions.get(patient);
    if (!session || String(session.id) !== id) return this.#refusal(call, 'session_expired');
    switch (call.do) {
      case 'list': {
        const fetched: Fetched = { list: listOf(patient, session, serverTime), etag: null, sentAt: serverTime };
        return { type: 'listed', fetched };
      }
      case 'renew-code':
        return { type: 'code-renewed', created: createdBy(patient, session, serverTime) };
      case 'remove-phone':
        return { type: 'phone-removed' };
      case 'end':
        if (!call.force && session.revision !== call.revision) return this.#refusal(call, 'session_changed');
        if (!call.force && session.expected.size > 0) return this.#refusal(call, 'uploads_pending');
        for (const image of session.images.keys())
          hold(
            'what was confirmed exists until somebody who has seen it removes it',
            call.force || screen.seen.has(image),
            image,
          );
        this.#endSession(patient, session);
        return { type: 'ended' };
      case 'correct': {
        const image = session.images.get(call.id);
        if (!image) return this.#refusal(call, 'image_not_found');
        const corrected = this.#describe(session, patient, image, call.change as Metadata);
        return { type: 'corrected', id: call.id, change: call.change, image: corrected };
      }
      case 'remove':
        if (!session.images.delete(call.id)) return this.#refusal(call, 'image_not_found');
        this.#change(session, patient, 'image-removed');
        return { type: 'removed', id: call.id };
    }
  }

  #create(screen: Screen, opening: number): Body {
    const { patient } = screen;
    const session = this.#sessions.get(patient) ?? {
      id: ++this.#count,
      revision: 0,
      images: new Map(),
      expected: new Set(),
    };
    this.#sessions.set(patient, session);
    const serverTime = this.#serverTime();
    const opened: Session = {
      access: { apiBase: '', encounterId: `e-${patient}`, desktopToken: `${patient}#${session.id}` },
      created: createdBy(patient, session, serverTime),
      encounter: { encounterId: `e-${patient}`, patientId: patient, patientLabel: null, facilityId: 'f' },
    };
    return { type: 'opened', ...opened, inherited: emptyOutbox, opening } as Body;
  }

  #describe(session: EdgeSession, patient: Patient, image: Image, metadata: Metadata): Image {
    const updatedAt = new Date(this.#serverTime() + session.revision).toISOString();
    const next: Image = { ...image, metadata: { ...image.metadata, ...metadata }, updatedAt };
    session.images.set(image.imageId, next);
    this.#change(session, patient, 'image-updated');
    return next;
  }

  #endSession(patient: Patient, session: EdgeSession): void {
    this.#sessions.delete(patient);
    this.#change(session, patient, 'session-ended');
  }

  #change(session: EdgeSession, patient: Patient, name: Hint['name']): void {
    session.revision++;
    for (const screen of this.#screens) {
      if (screen.listening === null || screen.state.encounter?.patientId !== patient) continue;
      this.hints.push({ screen, opening: screen.listening, name, revision: session.revision });
    }
  }

  #picture(): Picture {
    const url = `blob:${++this.#count}`;
    this.#urls.add(url);
    return { url, file: new File([], 'photo.jpg') };
  }

  #refuse({ screen, call }: Request, failure: Failure): void {
    this.#reply(screen, { ...failedOf(call, failure), opening: call.opening } as Reply);
  }

  #refusal(call: Call, code: string): Body {
    return failedOf(call, { code, detail: code, retryable: false, retryAfterMs: 0 } as Failure);
  }
}

function failedOf(call: Call, failure: Failure): Body {
  switch (call.do) {
    case 'list':
      return { type: 'list-failed', failure };
    case 'load':
      return { type: 'load-failed', id: call.id };
    case 'correct':
    case 'remove':
      return { type: 'unsent', id: call.id, failure };
    case 'end':
      return { type: 'end-failed', failure };
    default:
      return { type: 'failed', failure };
  }
}

function createdBy(patient: Patient, { id }: EdgeSession, now: number): Timed<CreateResponse> {
  return {
    sentAt: now,
    encounterId: `e-${patient}`,
    token: 't',
    tokenExpiresAt: new Date(now + 600_000).toISOString(),
    mobileUrl: 'https://edge.test/mobile#t=t',
    typedCode: '7K3M-9QTX',
    desktopToken: `${patient}#${id}`,
    sessionExpiresAt: new Date(now + 7_200_000).toISOString(),
    maxImages: 20,
  };
}

function listOf(patient: Patient, { images, revision, expected }: EdgeSession, now: number): Fetched['list'] {
  return {
    encounterId: `e-${patient}`,
    images: [...images.values()].map((image) => ({ ...image, previewUrl: `https://s3.test/${image.imageId}` })),
    revision,
    sessionExpiresAt: new Date(now + 7_200_000).toISOString(),
    expected: [...expected].map((imageId) => ({ imageId, phoneId: 'p', reservedAt: new Date(now).toISOString() })),
  };
}

function imageOf(imageId: string, now: number): Image {
  const at = new Date(now).toISOString();
  const bytes = { contentType: 'image/jpeg', size: 3, sha256: '', width: 1, height: 1 };
  const metadata: Metadata = { bodySite: 'hand' };
  return { imageId, s3Key: `sessions/${imageId}.jpg`, ...bytes, metadata, uploadedAt: at, updatedAt: at };
}

function sameIds(shown: readonly { id: string }[], stored: readonly Image[]): boolean {
  return shown.map(({ id }) => id).join() === stored.map(({ imageId }) => imageId).join();
}
