import { beforeEach, expect, test, vi } from 'vitest';
import type { Command, PhotoSnapshot, Snapshot } from '../../contract/engine';
import type { AddingPhoto } from './api';
import { Adder } from './adder';
import { grantOf, type Chosen } from './chosen';
import type { EngineEvent } from './frame';
import { initialState, type State } from './model';

/** Frames that note what they are sent. */
const frames: { sent: Command[]; closed: boolean; say(event: EngineEvent): void }[] = [];

vi.mock('./frame', () => ({
  EngineFrame: class {
    readonly sent: Command[] = [];
    closed = false;
    constructor(
      readonly origin: string,
      readonly say: (event: EngineEvent) => void,
    ) {
      frames.push(this);
    }
    send(command: Command): void {
      this.sent.push(command);
    }
    close(): void {
      this.closed = true;
    }
  },
}));

const tokenOf = (session: string, n = 0): string => `h.${btoa(JSON.stringify({ sid: session, n }))}.s`;

function stateWith(desktopToken: string, listed: readonly string[] = []): State {
  const state = initialState('screen');
  const photos = listed.map((imageId, at) => ({ image: { imageId }, number: at + 1, local: false, made: false }));
  const encounter = { encounterId: 'enc-1', facilityId: 'fac-1', patientId: 'pat-1', patientLabel: null };
  return {
    ...state,
    now: Date.parse('2026-03-04T08:00:00Z'),
    access: { apiBase: 'https://edge.test', encounterId: 'enc-1', desktopToken },
    encounter,
    maxImages: 20,
    album: { ...state.album, photos } as unknown as State['album'],
  };
}

function setUp() {
  let state = stateWith(tokenOf('one'));
  const shown: (readonly AddingPhoto[])[] = [];
  const arrived = vi.fn();
  const adder = new Adder({
    grant: () => grantOf(state),
    origin: () => 'https://edge.test',
    show: (photos) => shown.push(photos),
    arrived,
  });
  const become = (next: State): void => {
    state = next;
    adder.follow(next);
  };
  const photos = () => shown.at(-1)?.map(({ id, state: at, problem }) => [id, at, problem?.code]);
  return { adder, become, arrived, photos };
}

function chosen(id: string, consentAt: string | null = null): Chosen {
  const view = { id, name: `${id}.jpg`, state: 'preparing', share: 0, problem: null } as const;
  return { view, file: new File(['x'], `${id}.jpg`), consentAt };
}

function snapshot(...photos: Partial<PhotoSnapshot>[]): EngineEvent {
  return { type: 'snapshot', snapshot: { photos } as unknown as Snapshot };
}

const last = () => frames.at(-1) ?? frames[0];
const types = () => last()?.sent.map(({ type }) => type);

beforeEach(() => void frames.splice(0));

test('the engine gets the session, each photo with the agreement, and is to send them', () => {
  const { adder, photos } = setUp();
  adder.add([chosen('a', '2026-03-04T07:59:00Z'), chosen('b')]);
  expect(types()).toEqual(['open', 'add', 'describe', 'add', 'upload']);
  expect(last()?.sent[0]).toMatchObject({
    apiBase: 'https://edge.test',
    session: { encounterId: 'enc-1', uploadToken: tokenOf('one'), journalKey: 'one', maxImages: 20 },
  });
  expect(last()?.sent[2]).toEqual({ type: 'describe', id: 'a', metadata: { consentAt: '2026-03-04T07:59:00Z' } });
  expect(last()?.sent[4]).toEqual({ type: 'upload', ids: ['a', 'b'] });
  expect(photos()).toEqual([
    ['a', 'preparing', undefined],
    ['b', 'preparing', undefined],
  ]);
});

test('the replacement of the journal’s key cannot be a key', () => {
  const key = grantOf(stateWith(tokenOf('0123456789abcdef0123456789abcdef')))?.journalKey ?? '';
  expect(atob(key)).not.toHaveLength(32);
});

test('a photo is shown until the list has it; then the engine goes', () => {
  const { adder, become, arrived, photos } = setUp();
  adder.add([chosen('a'), chosen('b')]);
  last()?.say(snapshot({ id: 'a', state: 'confirmed' }, { id: 'b', state: 'sending', bytes: 10, sentBytes: 5 }));
  last()?.say(snapshot({ id: 'a', state: 'confirmed' }, { id: 'b', state: 'confirming', bytes: 10, sentBytes: 10 }));
  expect(arrived).toHaveBeenCalledTimes(1);
  expect(photos()).toEqual([
    ['a', 'sending', undefined],
    ['b', 'sending', undefined],
  ]);
  become(stateWith(tokenOf('one'), ['a']));
  expect(photos()).toEqual([['b', 'sending', undefined]]);
  expect(last()?.closed).toBe(false);
  become(stateWith(tokenOf('one'), ['a', 'b']));
  expect(photos()).toEqual([]);
  expect(last()?.closed).toBe(true);
});

test('a photo that another desktop removed before it was listed is shown no more', () => {
  const { adder, photos } = setUp();
  adder.add([chosen('a')]);
  last()?.say(snapshot({ id: 'a', state: 'removed' }));
  expect(photos()).toEqual([]);
});

test('a session that was opened again continues with the fresh token', () => {
  const { adder, become } = setUp();
  adder.add([chosen('a')]);
  become({ ...stateWith(tokenOf('one')), access: null });
  become(stateWith(tokenOf('two')));
  expect(types()).toEqual(['open', 'add', 'upload', 'open']);
  expect(last()?.sent[3]).toMatchObject({ session: { uploadToken: tokenOf('two'), journalKey: 'two' } });
});

test('photos that are added while no session is open are sent in the next', () => {
  const { adder, become } = setUp();
  become({ ...stateWith(tokenOf('one')), access: null });
  adder.add([chosen('a')]);
  expect(frames).toHaveLength(0);
  become(stateWith(tokenOf('two')));
  expect(types()).toEqual(['open', 'add', 'upload']);
});

test('an engine that cannot run says why; trying again gives another one everything', () => {
  const { adder, photos } = setUp();
  adder.add([chosen('a'), chosen('b')]);
  last()?.say({ type: 'failed', code: 'engine_failed' });
  expect(photos()).toEqual([
    ['a', 'failed', 'engine_failed'],
    ['b', 'failed', 'engine_failed'],
  ]);
  expect(last()?.closed).toBe(true);
  adder.retry('a');
  expect(frames).toHaveLength(2);
  expect(types()).toEqual(['open', 'add', 'add', 'upload']);
  expect(photos()).toEqual([
    ['a', 'preparing', undefined],
    ['b', 'preparing', undefined],
  ]);
});

test('a photo that failed says why, is tried again by itself alone, and can be taken back', () => {
  const { adder, photos } = setUp();
  adder.add([chosen('a'), chosen('b')]);
  const pdf = { code: 'pdf_document', retryable: false } as const;
  last()?.say(snapshot({ id: 'a', state: 'failed', problem: pdf }, { id: 'b', state: 'ready' }));
  expect(photos()).toEqual([
    ['a', 'failed', 'pdf_document'],
    ['b', 'waiting', undefined],
  ]);
  adder.retry('a');
  adder.drop('a');
  adder.drop('b');
  expect(types()?.slice(-3)).toEqual(['retry', 'remove', 'remove']);
  expect(photos()).toEqual([]);
  expect(last()?.closed).toBe(true);
});
