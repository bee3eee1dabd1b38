/** Which commands a press sends to the engine, and where "back" leads from each screen. */

import { describe, expect, test } from 'vitest';
import { capturing, chosen, grant, photo, play, reviewing, snapshot } from './fixtures';
import { initialState, type Event, type Screen, type State } from './model';
import { behind } from './reducer';
import { unsent } from './select';
import { savedOf } from './storage';

const send = (command: object) => ({ do: 'send', command });
const problem = (retryable: boolean) => ({ code: 'network', retryable }) as const;

const stopped: State = play(
  reviewing('a', 'b', 'c', 'd', 'e'),
  { type: 'upload' },
  {
    type: 'snapshot',
    snapshot: snapshot([
      photo('a', { state: 'cancelled' }),
      photo('b', { state: 'failed', problem: problem(true) }),
      photo('c', { state: 'failed', problem: problem(false) }),
      photo('d', { state: 'sending' }),
      photo('e', { state: 'failed' }),
      photo('f', { state: 'cancelled' }), // not part of an upload
    ]),
  },
).state;

describe('the engine gets the command to', () => {
  test.each<[string, State, Event, object[]]>([
    ['cancel one photo', stopped, { type: 'cancel', id: 'd' }, [{ type: 'cancel', id: 'd' }]],
    ['pause', stopped, { type: 'pause' }, [{ type: 'pause' }]],
    ['retry one photo', stopped, { type: 'retry', id: 'c' }, [{ type: 'retry', id: 'c' }]],
    [
      'retry all stopped photos where a retry can help',
      stopped,
      { type: 'retry' },
      ['a', 'b', 'e'].map((id) => ({ type: 'retry', id })),
    ],
    [
      'note that the page is hidden',
      capturing,
      { type: 'lifecycle', visible: false, online: true },
      [{ type: 'lifecycle', visible: false, online: true }],
    ],
    [
      'do nothing while it is off',
      { ...capturing, engine: 'off' },
      { type: 'lifecycle', visible: true, online: false },
      [],
    ],
  ])('%s', (_, from, event, commands) => {
    expect(play(from, event).effects).toEqual(commands.map(send));
  });

  test('the page remembers whether it is online', () => {
    expect(play(capturing, { type: 'lifecycle', visible: true, online: false }).state).toEqual({
      ...capturing,
      online: false,
    });
  });

  test('a running step is not changed', () => {
    for (const event of [{ type: 'cancel', id: 'd' }, { type: 'pause' }, { type: 'retry' }] as const) {
      expect(play(stopped, event).state).toBe(stopped);
    }
  });
});

describe('a press changes', () => {
  test('the notice, which disappears', () => {
    const noticed = play(capturing, { type: 'upload' }).state;
    expect(noticed.notice).toEqual({ kind: 'nothing-to-send' });
    expect(play(noticed, { type: 'dismiss' })).toEqual({ state: { ...noticed, notice: null }, effects: [] });
  });

  test('the sheet, and the current photo only if the press names one', () => {
    const inHand = play(reviewing('a', 'b'), { type: 'tag', id: 'b' }).state;
    expect(play(inHand, { type: 'open', sheet: 'sites' }).state.current).toBe('b');
    expect(play(inHand, { type: 'open', sheet: 'photo', id: 'a' }).state.current).toBe('a');
  });

  test('the picture of one photo only', () => {
    const one = play(reviewing('a', 'b'), { type: 'pictured', id: 'a', picture: { thumb: 'blob:a' } }).state;
    const two = play(one, { type: 'pictured', id: 'b', picture: { thumb: 'blob:b' } }).state;
    const full = play(two, { type: 'pictured', id: 'a', picture: { preview: 'blob:A' } }).state;
    expect(full.pictures).toEqual({ a: { thumb: 'blob:a', preview: 'blob:A' }, b: { thumb: 'blob:b' } });
  });

  test('nothing if there is no photo to describe or to turn to', () => {
    expect(play(capturing, { type: 'tag' }).state).toEqual({ ...capturing, undo: null });
    expect(play(capturing, { type: 'step', by: 1 }).state).toBe(capturing);
  });

  test('the screen, once photos are chosen outside the camera', () => {
    expect(play(capturing, { type: 'chosen', photos: [] }).state.screen).toBe('capture');
    const taken = play(capturing, { type: 'open', sheet: 'camera' }, { type: 'chosen', photos: chosen('a') }).state;
    expect(taken.screen).toBe('capture');
    const more = play(reviewing('a'), { type: 'more' }, { type: 'chosen', photos: [] }).state;
    expect(more.screen, 'Review shows the earlier photos').toBe('review');
    const first = play(reviewing('a'), { type: 'more' }, { type: 'chosen', photos: chosen('b') }).state;
    expect(first.screen).toBe('review');
  });
});

test('Review opens without the earlier sheet and notice', () => {
  const before: State = { ...reviewing('a'), screen: 'capture', sheet: 'photo', notice: { kind: 'nothing-to-send' } };
  expect(play(before, { type: 'review' }).state).toEqual({ ...before, screen: 'review', sheet: null, notice: null });
});

test('a restarted engine has not reported earlier sessions yet', () => {
  const before: State = { ...capturing, parked: [{ session: grant, seen: true }] };
  expect(play(before, { type: 'engine-ready' }).state.parked).toEqual([{ session: grant, seen: false }]);
});

test('a deleted photo stays deleted after a reload', () => {
  const before = play(reviewing('a', 'b'), { type: 'delete', id: 'b' }).state;
  const { state, effects } = play(initialState, {
    type: 'boot',
    token: null,
    saved: savedOf(before),
    cameraKilled: false,
    online: true,
    supported: true,
  });
  expect(effects).toEqual([{ do: 'start', session: grant }, send({ type: 'remove', id: 'b' })]);
  const loaded = play(state, { type: 'snapshot', snapshot: snapshot([photo('a'), photo('b')]) }).state;
  expect(unsent(loaded).map(({ id }) => id)).toEqual(['a']);
  expect(savedOf(play(before, { type: 'undo' }).state).removed).toBeUndefined();
});

test('an engine that failed can be started again', () => {
  const { state } = play(capturing, { type: 'engine-failed', code: 'engine_failed' });
  expect(state).toMatchObject({ engine: 'off', screen: 'error', trouble: { code: 'engine_failed', retryable: true } });
});

describe('photos that were chosen for a session', () => {
  test.each<[string, State, boolean]>([
    ['that is open', capturing, true],
    ['that is not open any more', { ...capturing, session: { ...grant, patientId: 'pat-9' } }, false],
    ['on a page without a session', initialState, false],
  ])('%s', (_, from, isTaken) => {
    const { state, effects } = play(from, { type: 'chosen', photos: chosen('a'), session: grant });
    expect(state.chosen.map(({ id }) => id)).toEqual(isTaken ? ['a'] : []);
    expect(effects[0]).toMatchObject(isTaken ? { do: 'add' } : { do: 'release', id: 'a' });
  });
});

describe('back', () => {
  const waiting = (from: State): State =>
    play(from, { type: 'link', token: 'next' }, { type: 'waits', token: 'next', number: '42' }).state;
  const trouble = { code: 'token_invalid', retryable: false } as const;
  const refusedOver = (from: State): State =>
    play(from, { type: 'link', token: 'next' }, { type: 'refused', token: 'next', trouble }).state;

  test.each<[string, State, Partial<State>]>([
    ['from an error to the screen before it', refusedOver(reviewing('a')), { screen: 'review', trouble: null }],
    [
      'from an error to Capture, if there was no screen before',
      { ...refusedOver(capturing), resume: null },
      { screen: 'capture' },
    ],
    ['from Waiting to the screen before it', waiting(reviewing('a')), { screen: 'review', number: null }],
    [
      'from Waiting to Capture, if there was no screen before',
      { ...waiting(capturing), resume: null },
      { screen: 'capture' },
    ],
    ['from the receipt to Capture', { ...capturing, screen: 'success' }, { screen: 'capture' }],
    ['nowhere from a closed receipt', { ...capturing, screen: 'success', closed: 'done' }, { screen: 'success' }],
    ['nowhere from the question for consent', { ...capturing, screen: 'consent' }, { screen: 'consent' }],
    [
      'from the camera to Review, with photos in it',
      play(capturing, { type: 'open', sheet: 'camera' }, { type: 'chosen', photos: chosen('a') }).state,
      { screen: 'review', sheet: null },
    ],
    [
      'from an empty camera to the screen below it',
      play(capturing, { type: 'open', sheet: 'camera' }).state,
      { screen: 'capture', sheet: null },
    ],
    [
      'from another sheet to the screen below it',
      play(reviewing('a'), { type: 'tag' }, { type: 'open', sheet: 'photo', id: 'a' }).state,
      { screen: 'metadata', sheet: null },
    ],
    [
      'from the second photo to the first',
      play(reviewing('a', 'b'), { type: 'tag', id: 'b' }).state,
      { screen: 'metadata', current: 'a' },
    ],
    [
      'from the first photo to Review',
      play(reviewing('a', 'b'), { type: 'tag', id: 'a' }).state,
      { screen: 'review', current: 'a' },
    ],
    [
      'from Review to Capture, whichever photo is current',
      { ...reviewing('a', 'b'), current: 'b' },
      { screen: 'capture', current: 'b' },
    ],
  ])('%s', (_, from, to) => {
    expect(play(from, { type: 'back' }).state).toMatchObject(to);
  });
});

test.each<[string, State, Screen | null]>([
  ['an error of a live session', { ...capturing, screen: 'error', resume: 'review' }, 'review'],
  ['an error without a session', { ...initialState, screen: 'error', resume: 'review' }, null],
  ['the code screen, if there was no screen before', { ...capturing, screen: 'code' }, 'capture'],
  ['waiting for a response', { ...capturing, screen: 'loading', token: 'next', resume: 'review' }, 'review'],
  [
    'waiting for a response, if there was no screen before',
    { ...capturing, screen: 'waiting', token: 'next' },
    'capture',
  ],
  ['waiting for photos', { ...capturing, screen: 'loading', resume: 'review' }, null],
  ['waiting for the first response', { ...initialState, screen: 'waiting', token: 'next', resume: 'review' }, null],
  ['the receipt', { ...capturing, screen: 'success', resume: 'review' }, 'capture'],
  ['the receipt of a closed session', { ...capturing, screen: 'success', closed: 'over' }, null],
  ['the details', { ...capturing, screen: 'metadata' }, 'review'],
  ['the upload', { ...capturing, screen: 'uploading' }, 'review'],
  ['Review', { ...capturing, screen: 'review' }, 'capture'],
  ['Capture', capturing, null],
  ['the question for consent', { ...capturing, screen: 'consent' }, null],
])('behind %s', (_, state, screen) => {
  expect(behind(state)).toBe(screen);
});
