import { describe, expect, test } from 'vitest';
import { canShoot, initialCamera, step, type CameraEffect, type CameraEvent, type CameraState } from './machine';

const OPEN: CameraEvent = { type: 'open', visible: true, lens: null };
const OPENED: CameraEvent = { type: 'opened', lens: 'a', lenses: [{ id: 'a', label: '' }], muted: false };
const ANDROID = [
  { id: 'wide', label: 'camera2 2, facing back' },
  { id: 'main', label: 'camera2 0, facing back' },
];

interface Played {
  state: CameraState;
  did: string[];
}

/** Plays events; `did` is what all of them led to. */
function play(...events: CameraEvent[]): Played {
  return events.reduce<Played>(
    ({ state, did }, event) => {
      const [next, effects] = step(state, event);
      return { state: next, did: [...did, ...effects.map(name)] };
    },
    { state: initialCamera, did: [] },
  );
}

const name = (effect: CameraEffect) => (effect.do === 'ask' ? `ask ${effect.lens ?? 'any'}` : effect.do);

const CASES: { name: string; events: CameraEvent[]; did: string[]; state?: Partial<CameraState> }[] = [
  { name: 'opens', events: [OPEN, OPENED], did: ['ask any', 'watch'] },
  {
    name: 'hidden while the person is asked, then closed: what comes is stopped',
    events: [OPEN, { type: 'visible', visible: false }, { type: 'close' }, OPENED],
    did: ['ask any', 'stop'],
  },
  {
    name: 'hidden and seen again while the person is asked: one request, and it is used',
    events: [OPEN, { type: 'visible', visible: false }, { type: 'visible', visible: true }, OPENED],
    did: ['ask any', 'watch'],
  },
  {
    name: 'closed and opened again while the person is asked',
    events: [OPEN, { type: 'close' }, OPEN, OPENED],
    did: ['ask any', 'watch'],
  },
  {
    name: 'hidden and seen again',
    events: [OPEN, OPENED, { type: 'visible', visible: false }, { type: 'visible', visible: true }],
    did: ['ask any', 'watch', 'stop', 'ask any'],
  },
  {
    name: 'busy, and a success clears it',
    events: [OPEN, { type: 'refused', failure: 'busy' }, { type: 'retry' }, OPENED],
    did: ['ask any', 'ask any', 'watch'],
    state: { failure: null },
  },
  {
    name: 'busy until the page is seen again',
    events: [
      OPEN,
      { type: 'refused', failure: 'busy' },
      { type: 'visible', visible: false },
      { type: 'visible', visible: true },
      OPENED,
    ],
    did: ['ask any', 'ask any', 'watch'],
    state: { failure: null },
  },
  {
    name: 'refused while hidden, and seen again',
    events: [
      OPEN,
      { type: 'visible', visible: false },
      { type: 'refused', failure: 'denied' },
      { type: 'visible', visible: true },
    ],
    did: ['ask any', 'ask any'],
    state: { failure: null },
  },
  {
    name: 'a lost stream is opened again',
    events: [OPEN, OPENED, { type: 'frame' }, { type: 'ended' }],
    did: ['ask any', 'watch', 'ask any'],
  },
  {
    name: 'a stream that is lost again and again is not opened for ever',
    events: [
      OPEN,
      OPENED,
      { type: 'ended' },
      OPENED,
      { type: 'ended' },
      OPENED,
      { type: 'ended' },
      OPENED,
      { type: 'ended' },
    ],
    did: ['ask any', 'watch', 'ask any', 'watch', 'ask any', 'watch', 'ask any', 'watch'],
    state: { failure: 'stopped' },
  },
  {
    name: 'a better lens than the browser’s is opened once',
    events: [
      OPEN,
      { type: 'opened', lens: 'wide', lenses: ANDROID, muted: false },
      { type: 'opened', lens: 'main', lenses: ANDROID, muted: false },
    ],
    did: ['ask any', 'stop', 'ask main', 'watch'],
    state: { lens: 'main' },
  },
  {
    name: 'a better lens that does not open is left aside',
    events: [
      OPEN,
      { type: 'opened', lens: 'wide', lenses: ANDROID, muted: false },
      { type: 'refused', failure: 'busy' },
      { type: 'opened', lens: 'wide', lenses: ANDROID, muted: false },
    ],
    did: ['ask any', 'stop', 'ask main', 'ask any', 'watch'],
    state: { failure: null, lens: 'wide' },
  },
  {
    name: 'the lens of the last time is gone',
    events: [{ type: 'open', visible: true, lens: 'old' }, { type: 'refused', failure: 'missing' }, OPENED],
    did: ['ask old', 'ask any', 'watch'],
    state: { failure: null },
  },
  {
    name: 'another lens is chosen',
    events: [OPEN, { type: 'opened', lens: 'main', lenses: ANDROID, muted: false }, { type: 'choose', lens: 'wide' }],
    did: ['ask any', 'watch', 'stop', 'ask wide'],
    state: { lens: 'wide' },
  },
  {
    name: 'another lens is chosen while one opens',
    events: [
      { type: 'open', visible: true, lens: 'main' },
      { type: 'choose', lens: 'wide' },
      { type: 'opened', lens: 'main', lenses: ANDROID, muted: false },
      { type: 'opened', lens: 'wide', lenses: ANDROID, muted: false },
    ],
    did: ['ask main', 'stop', 'ask wide', 'watch'],
  },
  {
    name: 'a shutter before the first frame does nothing',
    events: [OPEN, { type: 'shutter' }, OPENED, { type: 'shutter' }],
    did: ['ask any', 'watch'],
  },
  {
    name: 'a second press while the first takes its photo does nothing',
    events: [OPEN, OPENED, { type: 'frame' }, { type: 'shutter' }, { type: 'shutter' }],
    did: ['ask any', 'watch', 'shoot'],
  },
  {
    name: 'a missed photo is reported until the next press',
    events: [OPEN, OPENED, { type: 'frame' }, { type: 'shutter' }, { type: 'missed' }],
    did: ['ask any', 'watch', 'shoot'],
    state: { missed: true, shooting: false },
  },
];

test.each(CASES)('$name', ({ events, did, state = {} }) => {
  const played = play(...events);
  expect(played.did).toEqual(did);
  expect(played.state).toMatchObject(state);
});

describe('the shutter', () => {
  const seen = [OPEN, OPENED, { type: 'frame' }] as const;
  const MOMENTS: { name: string; events: CameraEvent[]; works: boolean }[] = [
    { name: 'before the first frame', events: [OPEN, OPENED], works: false },
    { name: 'with a frame', events: [...seen], works: true },
    { name: 'muted', events: [...seen, { type: 'muted', muted: true }], works: false },
    {
      name: 'back from a call, without a new frame',
      events: [...seen, { type: 'muted', muted: true }, { type: 'muted', muted: false }],
      works: false,
    },
    {
      name: 'back from a call, with a new frame',
      events: [...seen, { type: 'muted', muted: true }, { type: 'muted', muted: false }, { type: 'frame' }],
      works: true,
    },
    { name: 'of a stream that ended', events: [...seen, { type: 'ended' }], works: false },
    { name: 'while a photo is taken', events: [...seen, { type: 'shutter' }], works: false },
    { name: 'after a photo', events: [...seen, { type: 'shutter' }, { type: 'shot' }], works: true },
  ];

  test.each(MOMENTS)('$name', ({ events, works }) => {
    expect(canShoot(play(...events).state)).toBe(works);
  });
});
