/**
 * Random lives of the phone page: codes of several patients are scanned, responses are late, the page is reloaded and
 * the engine fails. The world stores what the engine would store, and checks the state after each step.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Grant } from '../contract/api';
import { grant, photo, snapshot } from './fixtures';
import { initialState, type Effect, type Event, type State } from './model';
import { reduce } from './reducer';
import { photos } from './select';
import { savedOf } from './storage';

/** Each differs from the first in one part of its identity; two share a label, and two have none. */
const SESSIONS: readonly Grant[] = [
  grant,
  { ...grant, encounterId: 'enc-2', phoneId: 'ph-2' },
  { ...grant, facilityId: 'fac-2', phoneId: 'ph-3', patientLabel: '' },
  { ...grant, patientId: 'pat-2', phoneId: 'ph-4', patientLabel: '' },
];

const LATE = snapshot([photo('late')], { phoneId: 'another' });

const nameOf = ({ facilityId, patientId, encounterId }: Grant) => [facilityId, patientId, encounterId].join();

type Deed =
  | { does: 'scan' | 'open'; session: number }
  /** The response to any code that was ever scanned. */
  | { does: 'respond' | 'refuse'; code: number }
  | { does: 'choose' | 'send' | 'arrive' | 'snapshot' | 'delete' | 'return' | 'reload' | 'engine fails' }
  | { does: 'press'; event: Event };

const PRESSES: readonly Event[] = [
  ...(['back', 'switch', 'finish', 'more', 'review', 'undo', 'undo-lapsed', 'try-again'] as const).map((type) => ({
    type,
  })),
  { type: 'snapshot', snapshot: LATE },
  { type: 'consented', answer: 'given', at: '2026-03-01T09:00:00Z' },
  { type: 'describe', id: 'photo-0', change: { notes: 'of the first patient' } },
];

class World {
  state: State = initialState;
  opened: Grant | undefined;
  readonly codes: { token: string; session: Grant }[] = [];
  /** The engine's photos, by session. */
  readonly unsent = new Map<string, Set<string>>();
  #taken = 0;
  /** The engine has just started, and has not reported the photos of other sessions yet. */
  #fresh = true;

  do(deed: Deed): void {
    if (deed.does === 'open' || deed.does === 'scan') this.#scan(deed.session);
    if (deed.does === 'open') this.#respond('respond', this.codes.length - 1);
    if (deed.does === 'respond' || deed.does === 'refuse') this.#respond(deed.does, deed.code);
    if (deed.does === 'choose') this.#choose();
    if (deed.does === 'send') this.happen({ type: 'upload' });
    if (deed.does === 'arrive') this.#here()?.clear();
    if (deed.does === 'arrive' || deed.does === 'snapshot') this.#report();
    if (deed.does === 'delete')
      for (const { id } of photos(this.state).slice(0, 1)) this.happen({ type: 'delete', id });
    if (deed.does === 'return')
      for (const { session } of this.state.parked.slice(0, 1)) this.happen({ type: 'return', session });
    if (deed.does === 'reload') this.#reload();
    if (deed.does === 'engine fails') {
      this.#fresh = true;
      this.happen({ type: 'engine-failed', code: 'engine_stopped' });
    }
    if (deed.does === 'press') this.happen(deed.event);
  }

  #scan(session: number): void {
    const token = `code-${this.codes.length}`;
    this.codes.push({ token, session: SESSIONS[session] ?? grant });
    this.happen({ type: 'link', token });
  }

  #choose(): void {
    if (this.state.session === null || this.state.screen === 'loading' || this.state.closed) return;
    const id = `photo-${this.#taken++}`;
    this.happen({ type: 'chosen', photos: [{ id, name: 'a.jpg', size: 1, source: 'camera' }] });
  }

  happen(event: Event): void {
    const before = this.state;
    const [state, effects] = reduce(before, event);
    this.state = state;
    for (const effect of effects) this.#carryOut(effect, event);
    if (state.session && before.session && nameOf(state.session) !== nameOf(before.session)) {
      const { drafts, pictures, consent, batch, undo, removed } = initialState;
      expect(state, 'another patient starts from the initial state').toMatchObject({
        drafts,
        pictures,
        consent,
        batch,
        undo,
        removed,
      });
    }
    this.#check();
  }

  #respond(does: 'respond' | 'refuse', code: number): void {
    const scanned = this.codes[code % Math.max(1, this.codes.length)];
    if (!scanned) return;
    const before = this.state;
    const { token, session } = scanned;
    this.happen(
      does === 'respond'
        ? { type: 'granted', token, session }
        : { type: 'refused', token, trouble: { code: 'token_invalid', retryable: false } },
    );
    if (before.token !== token)
      expect(this.state, 'a response counts only if its request is still wanted').toBe(before);
  }

  #carryOut(effect: Effect, event: Event): void {
    if (effect.do === 'start') this.opened = effect.session;
    if (effect.do === 'add') {
      expect(this.opened && nameOf(this.opened), 'no photo under another patient').toBe(
        this.state.session && nameOf(this.state.session),
      );
      this.#here()?.add(effect.photo.id);
    }
    if (effect.do !== 'send') return;
    if (effect.command.type === 'remove') this.#here()?.delete(effect.command.id);
    if (effect.command.type === 'forget') {
      expect(event.type, 'nothing is erased before its session is over').toBe('finish');
      this.#here()?.clear();
    }
  }

  #here(): Set<string> | undefined {
    if (!this.opened) return undefined;
    const name = nameOf(this.opened);
    const here = this.unsent.get(name) ?? new Set();
    this.unsent.set(name, here);
    return here;
  }

  #report(): void {
    if (!this.opened) return;
    if (this.#fresh) this.happen({ type: 'engine-ready' });
    const waiting = SESSIONS.filter((session) => session !== this.opened).map((session) => ({
      session: '',
      photos: this.unsent.get(nameOf(session))?.size ?? 0,
      expiresAt: '2026-03-01T21:00:00Z',
      phoneId: session.phoneId,
    }));
    const here = [...(this.#here() ?? [])].map((id) => photo(id));
    const others = this.#fresh ? [] : waiting.filter((one) => one.photos > 0);
    this.#fresh = false;
    this.happen({ type: 'snapshot', snapshot: snapshot(here, { waiting: others, phoneId: this.opened.phoneId }) });
  }

  #reload(): void {
    this.happen({ type: 'undo-lapsed' }); // a page that closes sends this, so that the deletion is final
    const saved = JSON.parse(JSON.stringify(savedOf(this.state)));
    this.state = initialState;
    this.opened = undefined;
    this.#fresh = true;
    this.happen({ type: 'boot', token: null, saved, cameraKilled: false, online: true, supported: true });
  }

  #check(): void {
    const { session, parked, closed } = this.state;
    const here = session && nameOf(session);
    for (const { id } of photos(this.state)) {
      const owner = [...this.unsent].find(([, ids]) => ids.has(id))?.[0];
      expect(id, 'a late snapshot adds no photo').not.toBe('late');
      if (owner !== undefined && !closed) expect(owner, 'no photo under another patient').toBe(here);
    }
    const reachable = new Set([...(here ? [here] : []), ...parked.map((one) => nameOf(one.session))]);
    for (const [name, ids] of this.unsent) {
      if (ids.size > 0) expect(reachable, `photos of ${name} can be reached`).toContain(name);
    }
    expect(new Set(parked.map((one) => nameOf(one.session))).size, 'parked once').toBe(parked.length);
    if (here) expect(parked.map((one) => nameOf(one.session))).not.toContain(here);
  }
}

const others: fc.Arbitrary<Deed> = fc.record({
  does: fc.constantFrom('choose', 'choose', 'snapshot', 'snapshot', 'send', 'arrive', 'delete', 'return', 'reload'),
});
const session = fc.nat(SESSIONS.length - 1);
const code = fc.nat(9);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('open' as const), session }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('scan' as const), session }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('respond' as const, 'refuse' as const), code }) },
  { weight: 12, arbitrary: others },
  { weight: 1, arbitrary: fc.constant<Deed>({ does: 'engine fails' }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('press' as const), event: fc.constantFrom(...PRESSES) }) },
);

test('photos stay with their patient, are not erased early, and late responses change nothing', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 30, size: 'max' }), (life) => {
      const world = new World();
      world.happen({ type: 'boot', token: null, saved: {}, cameraKilled: false, online: true, supported: true });
      for (const one of life) world.do(one);
    }),
    { numRuns: 3_000 },
  );
});
