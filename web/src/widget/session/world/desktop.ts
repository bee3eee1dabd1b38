/** This desktop: its screens, with the machinery around the reducer that the runtime is in a browser. */

import type { CommitProblem } from '../../record/results';
import { findPhoto, isRemoved, type Picture } from '../album';
import { initialState, isSameEncounter, type Act, type Due, type Effect, type Event } from '../model';
import type { Reply, Session, State, Timer } from '../model';
import { emptyOutbox, pending, type Outbox } from '../outbox';
import { reduce } from '../reducer';
import type { Body, Call, EventName, Patient } from './edge';
import { hold } from './rules';

/** The opening of a reply to another screen's request. */
const FOREIGN = -1;

export interface Screen {
  patient: Patient;
  state: State;
  timers: Map<Timer, { at: number; due: Due }>;
  /** The opening that listens to realtime. */
  listening: number | null;
  heir: Screen | null;
  /** Gone, with things left to send. */
  left: boolean;
  /** Gone, with nothing left to do. */
  finished: boolean;
  /** Photos that were there when the person agreed that the session may end. */
  agreed: Set<string>;
  /** The edge wants no call before. */
  quiet: number;
  /** The clinician was asked before the end. */
  asked: boolean;
  /** Desktop tokens of the sessions whose codes it had. */
  codes: Set<string>;
  /** Its page is gone. */
  dead: boolean;
}

export interface Request {
  screen: Screen;
  call: Call;
  /** What the person had agreed to when it was sent. */
  agreed: ReadonlySet<string>;
  reply: Body | null;
}

export interface Hint {
  screen: Screen;
  opening: number;
  name: EventName;
  revision: number;
}

export class Desktop {
  readonly requests: Request[] = [];
  readonly hints: Hint[] = [];
  readonly deliveries: { screen: Screen; ids: readonly string[] }[] = [];
  readonly screens: Screen[] = [];
  /** Object URLs that were made and not freed. */
  readonly urls = new Set<string>();
  readonly committed = new Map<string, string>();
  /** Why the record does not have others. */
  readonly notKept = new Map<string, CommitProblem>();
  /** Photos about which the edge could not be reached within the time that a screen keeps trying. */
  readonly givenUp = new Set<string>();
  now: number;
  /** The screen that is shown. */
  screen: Screen;
  #leaving = false;
  #count = 0;

  readonly #wasEnded: (desktopToken: string) => boolean;

  constructor(now: number, patient: Patient, wasEnded: (desktopToken: string) => boolean) {
    this.now = now;
    this.#wasEnded = wasEnded;
    this.screen = this.open(patient);
  }

  open(patient: Patient): Screen {
    const screen = this.#blank(patient);
    this.dispatch({ type: 'open' }, screen);
    return screen;
  }

  hidePage(): void {
    this.#hide();
  }

  /** The page goes, with all its screens. What it has sent outlives it. */
  navigate(patient: Patient): void {
    this.#hide();
    for (const screen of this.screens) screen.dead = true;
    this.screens.length = this.deliveries.length = this.hints.length = 0;
    this.urls.clear();
    const kept = this.requests.filter(({ call }) => call.do === 'correct' || call.do === 'remove');
    this.requests.splice(0, this.requests.length, ...kept);
    this.screen = this.open(patient);
  }

  #hide(): void {
    this.#leaving = true;
    for (const screen of this.screens) if (!screen.finished) this.dispatch({ type: 'page-hidden' }, screen);
    this.#leaving = false;
  }

  dispatch(what: Act | Due | Reply, screen = this.screen): void {
    const before = screen.state;
    if (what.type === 'end' && (!before.ending || (before.ending.step === 'asking' && what.anyway)))
      screen.agreed = new Set(before.album.photos.map(({ image }) => image.imageId));
    const [next, effects] = reduce(before, { ...what, at: this.now } as Event);
    screen.state = next;
    if (next.ending?.question) screen.asked = true;
    if (next.access) screen.codes.add(next.access.desktopToken);
    if (next.closed && what.type === 'unsent') {
      const still = new Set(pending(next.outbox));
      for (const id of pending(before.outbox)) if (!still.has(id)) this.givenUp.add(id);
    }
    this.#checkEnd(before, next);
    for (const effect of effects) this.#carryOut(screen, effect);
  }

  #checkEnd(before: State, after: State): void {
    if (before.status === 'ended' || after.status !== 'ended') return;
    if (before.access && this.#wasEnded(before.access.desktopToken)) return;
    const { pictures, photos } = before.album;
    const lost = photos.filter((photo) => {
      const id = photo.image.imageId;
      const isDue = pictures.has(id) && !isRemoved(before.album, photo) && !before.committed.has(id);
      return isDue && !findPhoto(after.album, id);
    });
    hold('what is not in the record stays on the screen when a session expires', lost.length === 0, lost);
  }

  /** A response arrives. */
  reply({ screen, call }: Request, body: Body): void {
    if (screen.dead && body.type === 'unsent') this.givenUp.add(body.id); // nobody is there to send it again
    if (screen.dead) return;
    if (body.type === 'opened') this.#adopt(screen, call.opening, body as Session);
    else
      this.#deliver(
        screen,
        arrived(body, call.opening, () => this.picture()),
      );
  }

  hear({ screen, opening, name, revision }: Hint): void {
    if (screen.listening === opening) this.#deliver(screen, { type: 'heard', opening, name, revision });
  }

  /** The next timer of any screen ends; false if there is none before `until`. */
  wait(until = Infinity): boolean {
    const timers = this.screens.flatMap((screen) =>
      [...screen.timers].map(([name, timer]) => ({ screen, name, ...timer })),
    );
    const next = timers.sort((a, b) => a.at - b.at)[0];
    if (!next || next.at > until) return false;
    this.now = Math.max(this.now, next.at);
    next.screen.timers.delete(next.name);
    this.dispatch(next.due, next.screen);
    return true;
  }

  picture(): Picture {
    const url = `blob:${++this.#count}`;
    this.urls.add(url);
    return { url, file: new File([], 'photo.jpg') };
  }

  #blank(patient: Patient): Screen {
    const screen: Screen = {
      patient,
      state: initialState(`screen-${++this.#count}`, new Map(this.committed), new Map(this.notKept)),
      timers: new Map(),
      listening: null,
      heir: null,
      left: false,
      finished: false,
      agreed: new Set(),
      quiet: 0,
      asked: false,
      codes: new Set(),
      dead: false,
    };
    this.screens.push(screen);
    return screen;
  }

  #deliver(screen: Screen, reply: Reply): void {
    if (screen.heir) this.#deliver(screen.heir, { ...reply, opening: FOREIGN });
    else this.dispatch(reply, screen);
  }

  #adopt(screen: Screen, opening: number, session: Session): void {
    const { state } = screen;
    if (state.closed || state.opening !== opening) return;
    const isMine = !state.encounter || isSameEncounter(state.encounter, session.encounter);
    const inherited = isMine ? this.#inherit(screen, session) : emptyOutbox;
    this.dispatch({ ...session, type: 'opened', opening, inherited }, screen);
  }

  #inherit(screen: Screen, { encounter }: Session): Outbox {
    const earlier = this.screens.find(
      ({ left, state }) => left && state.encounter && isSameEncounter(state.encounter, encounter),
    );
    if (!earlier) return emptyOutbox;
    const { outbox } = earlier.state;
    earlier.heir = screen;
    this.dispatch({ type: 'inherited' }, earlier);
    return outbox;
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
        hold('a picture is freed once', this.urls.delete(effect.url), effect.url);
        break;
      case 'abort':
        this.#drop(screen, effect.id);
        break;
      case 'listen':
        screen.listening = effect.opening;
        break;
      case 'stop-listening':
        screen.listening = null;
        break;
      case 'replace':
        this.dispatch({ type: 'close' }, screen);
        this.screen = this.#blank(screen.patient);
        this.#adopt(this.screen, this.screen.state.opening, effect.session);
        break;
      case 'deliver':
        this.deliveries.push({ screen, ids: effect.images.map(({ id }) => id) });
        break;
      case 'note-committed':
        for (const [id, reason] of effect.failed) this.notKept.set(id, reason);
        for (const id of effect.ids) {
          this.committed.set(id, effect.at);
          this.notKept.delete(id);
        }
        this.dispatch({ type: 'noted', ids: effect.ids, time: effect.at });
        break;
      case 'leave':
        screen.left = true;
        break;
      case 'finish':
        screen.left = false;
        screen.finished = true;
        if (!screen.heir) for (const id of pending(screen.state.outbox)) this.givenUp.add(id);
        break;
      case 'preconnect':
      case 'drop-added':
        break;
      default:
        this.#send(screen, effect);
    }
  }

  #send(screen: Screen, call: Call): void {
    const isEdit = call.do === 'correct' || call.do === 'remove';
    if (!this.#leaving && (isEdit || call.do === 'list'))
      hold('an edge that asks to be left alone is left alone', this.now >= screen.quiet, call);
    if (!this.#leaving && isEdit) {
      const others = this.requests.filter((one) => !one.screen.dead && isEditOf(one.call, call.id));
      hold('one call at a time for each photo', others.length === 0, call.id);
    }
    if (call.do === 'end') hold('an end is forced only after a question', !call.force || screen.asked);
    this.requests.push({ screen, call, agreed: screen.agreed, reply: null });
  }

  /** A picture is not loaded further. */
  #drop(screen: Screen, id: string): void {
    const at = this.requests.findIndex((one) => one.screen === screen && one.call.do === 'load' && one.call.id === id);
    if (at >= 0) this.requests.splice(at, 1);
  }
}

function isEditOf(call: Call, id: string): boolean {
  return (call.do === 'correct' || call.do === 'remove') && call.id === id;
}

/** The reply as it is here: a picture is made of its bytes. */
function arrived(body: Body, opening: number, picture: () => Picture): Reply {
  return { ...body, ...(body.type === 'loaded' ? { picture: picture() } : {}), opening } as Reply;
}
