// @vitest-environment happy-dom
/** What can go wrong between a desktop, an edge and people: each test has the fault in its name. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Edge, LAUNCH_TOKEN, launchTokenOf, listed } from './fixtures';
import type { SessionSync } from './api';
import { UNDO_MS } from './model';
import { createSessionSync } from './sync';

const TAGGED = { bodySite: 'hand', laterality: 'left' } as const;
const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];
const TEN_MINUTES = 600_000;

let edge: Edge;
let sync: SessionSync;
let sent: { url: string; init: RequestInit }[];
const state = () => sync.store.getState();
const shown = () => state().images.map(({ id }) => id);
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const endCalls = () => sent.filter(({ url, init }) => init.method === 'DELETE' && /enc-1001(\?|$)/.test(url));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-04T10:00:00Z') });
  sessionStorage.clear();
  edge = new Edge();
  sent = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    sent.push({ url, init });
    return edge.fetch(url, init);
  });
});

afterEach(() => {
  sync.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(launchToken: string | (() => Promise<string>) = LAUNCH_TOKEN): Promise<void> {
  sync = createSessionSync({ apiBase: 'https://edge.test', launchToken, realtime: edge.realtime });
  await settle();
  edge.handlers?.live();
  await settle();
}

/** A photo arrives at the edge without an event for this desktop. */
const arrive = (id: string): void => edge.change([...edge.images, listed(id, TAGGED)]);

function expectPhotos(count: number): void {
  edge.phones = [
    { phoneId: 'p', name: 'iPhone, Safari', joinedAt: '2026-03-04T09:59:00Z', lastSeenAt: '2026-03-04T09:59:30Z' },
  ];
  edge.expected = Array.from({ length: count }, (_, i) => ({
    imageId: String(i).repeat(32),
    phoneId: 'p',
    reservedAt: '2026-03-04T09:59:40Z',
  }));
  edge.revision++;
}

describe('ending the session', () => {
  beforeEach(() => {
    edge.images = [listed('a', TAGGED)];
  });

  test('says what this desktop knows', async () => {
    await open();
    await sync.end();
    expect(endCalls().map(({ init }) => new Headers(init.headers).get('If-Match'))).toEqual(['"1"']);
    expect(state().status).toBe('ended');
  });

  test('shows photos that it did not know, and asks', async () => {
    await open();
    arrive('b');
    await sync.end();
    await settle();
    expect(state()).toMatchObject({ status: 'open', endQuestion: { arrived: 1, changed: 0, expected: 0 } });
    expect(shown()).toEqual([a, b]);
    expect(edge.ended).toBe(false);
    await sync.end(true);
    expect(edge.ended).toBe(true);
    expect(endCalls().at(-1)?.url).not.toContain('force');
    expect(state().status).toBe('ended');
  });

  test('that was asked about is refused again if more arrives meanwhile', async () => {
    await open();
    arrive('b');
    await sync.end();
    await settle();
    arrive('c');
    await sync.end(true);
    await settle();
    expect(state()).toMatchObject({ status: 'open', endQuestion: { arrived: 1 } });
    expect(edge.ended).toBe(false);
  });

  test('asks while photos are on their way, and is forced once that was seen', async () => {
    await open();
    expectPhotos(3);
    await sync.end();
    await settle();
    expect(state().endQuestion).toEqual({ arrived: 0, changed: 0, expected: 3 });
    expect(endCalls().some(({ url }) => url.includes('force'))).toBe(false);
    await sync.end(true);
    expect(endCalls().at(-1)?.url).toContain('force=1');
    expect(state().status).toBe('ended');
  });
});

describe('an end that was refused', () => {
  beforeEach(() => {
    edge.images = [listed('a', TAGGED)];
  });

  test('asks about details that another desktop changed', async () => {
    await open();
    edge.change([listed('a', { ...TAGGED, laterality: 'right' }, '2026-03-04T09:59:00Z')]);
    await sync.end();
    await settle();
    expect(state().endQuestion).toEqual({ arrived: 0, changed: 1, expected: 0 });
  });

  test('does not ask about what this desktop did itself', async () => {
    await open();
    sync.correct(a, { notes: 'n' });
    await settle();
    await sync.end();
    await settle();
    expect(edge.ended).toBe(true);
    expect(endCalls()).toHaveLength(2);
  });

  test('is taken back', async () => {
    await open();
    arrive('b');
    await sync.end();
    await settle();
    sync.stay();
    expect(state()).toMatchObject({ status: 'open', endQuestion: null, ending: false });
    await sync.end(true);
    await settle();
    expect(edge.ended).toBe(true); // it is all known by now
  });

  test('is asked for once, however often the button is pressed', async () => {
    await open();
    void sync.end();
    void sync.end(true);
    await settle();
    expect(endCalls()).toHaveLength(1);
  });

  test('of an edge that always refuses asks in the end', async () => {
    await open();
    edge.trouble = { call: /DELETE \/enc/, code: 'session_changed', status: 412, times: Infinity };
    await sync.end();
    await settle();
    expect(state().endQuestion).toEqual({ arrived: 0, changed: 0, expected: 0 });
  });
});

describe('a page that goes', () => {
  beforeEach(() => {
    edge.images = [listed('a'), listed('b')];
  });

  test('sends removals and corrections, and they outlive it', async () => {
    await open();
    sync.remove(a);
    const answer = edge.hold(/PATCH/);
    sync.correct(b, { laterality: 'left' });
    sync.correct(b, { notes: 'n' });
    sent = [];
    window.dispatchEvent(new Event('pagehide'));
    expect(sent.map(({ init }) => [init.method, init.keepalive])).toEqual([
      ['DELETE', true],
      ['PATCH', true],
    ]);
    answer();
    await settle();
    expect(edge.images).toMatchObject([{ imageId: b, metadata: { laterality: 'left', notes: 'n' } }]);
  });

  test('sends them while the session is opened again too, which may live', async () => {
    await open();
    edge.trouble = { call: /PATCH/, code: 'unauthorized', status: 401, times: 1 };
    const answer = edge.hold(/create/);
    sync.correct(b, { laterality: 'left' });
    await settle();
    sent = [];
    window.dispatchEvent(new Event('pagehide'));
    expect(sent.map(({ init }) => [init.method, init.keepalive])).toEqual([['PATCH', true]]);
    answer();
    await settle();
    expect(edge.images).toMatchObject([{ imageId: a }, { imageId: b, metadata: { laterality: 'left' } }]);
  });

  test('and comes back continues', async () => {
    await open();
    sync.remove(a);
    window.dispatchEvent(new Event('pagehide'));
    arrive('c');
    window.dispatchEvent(new Event('pageshow'));
    await settle();
    expect(shown()).toEqual([b, 'c'.repeat(32)]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe.each([
  ['ten minutes fast', -TEN_MINUTES],
  ['ten minutes slow', TEN_MINUTES],
  ['right', 0],
])('a desktop whose clock is %s', (_, skewMs) => {
  beforeEach(() => {
    edge.skewMs = skewMs;
  });

  const left = (): number => Date.parse(state().qr?.expiresAt ?? '') - Date.now();

  test('shows a code for the ten minutes that it works', async () => {
    await open();
    expect(Math.abs(left() - TEN_MINUTES)).toBeLessThan(2_000);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(Math.abs(left() - TEN_MINUTES + 50_000)).toBeLessThan(2_000);
    await sync.showCode();
    expect(Math.abs(left() - TEN_MINUTES)).toBeLessThan(2_000);
  });

  test('lists its events in order, by the true time', async () => {
    await open();
    const at = new Date(Date.now() + skewMs + 1_000).toISOString();
    edge.change([{ ...listed('a', TAGGED, at), uploadedAt: at }]);
    await vi.advanceTimersByTimeAsync(2_000);
    sync.refresh();
    await settle();
    await vi.advanceTimersByTimeAsync(2_000);
    await sync.commit(() => Promise.resolve());
    expect(state().timeline.map(({ what }) => what)).toEqual(['opened', 'arrived', 'committed']);
  });

  test('that is put right meanwhile counts on', async () => {
    await open();
    vi.setSystemTime(Date.now() + skewMs);
    edge.skewMs = 0;
    arrive('a');
    sync.refresh();
    await settle();
    expect(Math.abs(left() - TEN_MINUTES)).toBeLessThan(2_000);
  });
});

describe('the code', () => {
  test('that another desktop may have outdated is not shown', async () => {
    await open();
    const shown = sync.showCode();
    expect(state().qr).toBeNull();
    await shown;
    expect(state().qr?.typedCode).toBe('7K3M-9QTX');
    expect(edge.count('POST /enc-1001/token')).toBe(1);
  });

  test('stays while a new one is made', async () => {
    await open();
    await sync.showCode();
    void sync.showCode(true);
    expect(state().qr).not.toBeNull();
    await settle();
    expect(edge.count('POST /enc-1001/token')).toBe(2);
  });

  test('comes when the edge can be reached again', async () => {
    await open();
    edge.trouble = { call: /token|GET/, code: 'network', status: 0, times: 3 };
    await sync.showCode();
    expect(state()).toMatchObject({ qr: null, problem: { code: 'network' } });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state()).toMatchObject({ qr: { typedCode: '7K3M-9QTX' }, problem: null });
  });
});

describe('an edge that asks to be left alone', () => {
  test.each(['rate_limited', 'upstream_unavailable'])('is left alone: %s', async (code) => {
    await open();
    edge.trouble = { call: /GET/, code, status: code === 'rate_limited' ? 429 : 503, times: 1, retryAfter: 40 };
    sync.refresh();
    await settle();
    const calls = edge.calls.length;
    edge.change([listed('a')]);
    edge.handlers?.event('image-uploaded', edge.revision);
    window.dispatchEvent(new Event('focus'));
    await vi.advanceTimersByTimeAsync(39_000);
    expect(edge.calls.length).toBe(calls);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown()).toEqual([a]);
  });

  test('gets a correction when it wants to be called again', async () => {
    edge.images = [listed('a')];
    await open();
    edge.trouble = { call: /PATCH/, code: 'rate_limited', status: 429, times: 1, retryAfter: 30 };
    sync.correct(a, { laterality: 'left' });
    await settle();
    sync.correct(a, { notes: 'n' });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(edge.count(`PATCH /images/enc-1001/${a}`)).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'left', notes: 'n' });
  });

  test('is asked again within five minutes, whatever it says', async () => {
    await open();
    edge.trouble = { call: /GET/, code: 'rate_limited', status: 429, times: 1, retryAfter: 86_400 };
    sync.refresh();
    await settle();
    const calls = edge.calls.length;
    await vi.advanceTimersByTimeAsync(301_000);
    expect(edge.calls.length).toBe(calls + 1);
  });
});

describe('whose photos', () => {
  test.each([
    ['patient', { patientId: 'pat-2002' }],
    ['facility', { patientId: 'pat-2001', facilityId: 'f2' }],
  ])('the same encounter id of another %s starts from nothing', async (_, claims) => {
    edge.images = [listed('a', TAGGED)];
    const tokens = [launchTokenOf({ patientId: 'pat-2001', facilityId: 'f1' }), launchTokenOf(claims)];
    await open(() => Promise.resolve(tokens.shift() ?? ''));
    edge.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
    sync.refresh();
    await settle();
    expect(shown()).toEqual([a]);
    edge.images = [];
    sync.reopen();
    await settle();
    expect(state()).toMatchObject({ images: [], patientId: claims.patientId, status: 'open' });
    expect(state().timeline.map(({ what }) => what)).toEqual(['opened']);
    expect(edge.listeners).toBe(1);
  });

  test('what was left to be sent for another patient of the same encounter id is not taken over', async () => {
    edge.images = [listed('a')];
    await open();
    edge.trouble = { call: /PATCH/, code: 'network', status: 0, times: 1 };
    sync.correct(a, { laterality: 'left' });
    sync.close();
    await settle();
    await open(launchTokenOf({ patientId: 'pat-2002' }));
    expect(state().images[0]?.details).toEqual({});
  });

  test('a late response to an opening that was given up is dropped', async () => {
    const answer = edge.hold(/create/);
    await open();
    sync.reopen();
    await settle();
    edge.images = [listed('a')];
    answer();
    await settle();
    expect(edge.count('POST /create')).toBe(2);
    expect(edge.count('GET /images/enc-1001')).toBe(1);
    expect(edge.listeners).toBe(1);
  });

  test('a label is shown without characters that would turn or break it', async () => {
    await open(launchTokenOf({ patientId: 'pat-2001', patientLabel: '\u202EAnn\u0007 Doe\r\n' }));
    expect(state().patientLabel).toBe('Ann Doe');
  });
});

/** A record that takes its time. */
function slowRecord(): { deliver: () => Promise<void>; keep: () => void; refuse: () => void } {
  let [keep, refuse] = [() => undefined as void, () => undefined as void];
  const kept = new Promise<void>((resolve, reject) => {
    keep = resolve;
    refuse = () => reject(new Error('locked'));
  });
  kept.catch(() => undefined); // refused before it was asked
  return { deliver: () => kept, keep: () => keep(), refuse: () => refuse() };
}

describe('a commit', () => {
  beforeEach(async () => {
    edge.images = [listed('a', TAGGED)];
    await open();
  });

  test('continues while the session is opened again, and no second one begins', async () => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    sync.reopen();
    await settle();
    expect(state().committing).toBe(true);
    expect(await sync.commit(() => Promise.resolve())).toBe(false);
    keep();
    expect(await first).toBe(true);
    expect(state().images[0]?.committedAt).toBeDefined();
  });

  test.each([
    ['ends the session that was opened again', 'pat-2001', true],
    ["does not end another patient's session that was opened meanwhile", 'pat-2002', false],
  ])('that is followed by the end %s', async (_, patientId, isEnded) => {
    sync.close();
    const tokens = [LAUNCH_TOKEN, launchTokenOf({ patientId })];
    await open(() => Promise.resolve(tokens.shift() ?? ''));
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver, {}, undefined, () => true);
    edge.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
    sync.refresh();
    await settle();
    edge.images = [];
    sync.reopen();
    await settle();
    keep();
    expect(await first).toBe(true);
    await settle();
    expect(state()).toMatchObject({ patientId, status: isEnded ? 'ended' : 'open' });
    expect(edge.ended).toBe(isEnded);
  });

  test('that ends after the screen was opened again is known to that screen', async () => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    sync.close();
    await open();
    keep();
    await first;
    await settle();
    expect(state().images[0]?.committedAt).toBeDefined();
  });
});

describe('a correction during a commit, when the page goes,', () => {
  beforeEach(async () => {
    edge.images = [listed('a', TAGGED)];
    await open();
  });

  test.each([
    ['the widget', false],
    ['a closed widget', true],
  ])('is kept by %s', async (_, isClosed) => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'n' });
    sent = [];
    if (isClosed) sync.close();
    window.dispatchEvent(new Event('pagehide'));
    const calls = new Set(sent.map(({ init }) => `${init.method} ${init.keepalive}`));
    expect([...calls]).toEqual(['PATCH true']);
    await settle();
    expect(edge.images[0]?.metadata.notes).toBe('n');
    keep(); // no page is left for the next test
    await first;
  });

  test('does not overrule a later one on the next screen', async () => {
    const { deliver, refuse } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'earlier' });
    sync.close();
    await open();
    sync.correct(a, { notes: 'later' });
    await settle();
    refuse();
    await first;
    await settle();
    expect(edge.images[0]?.metadata.notes).toBe('later');
  });

  test('came too late all the same if the page comes back and the commit succeeds', async () => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'n' });
    window.dispatchEvent(new Event('pagehide'));
    await settle();
    window.dispatchEvent(new Event('pageshow'));
    await settle();
    keep();
    await first;
    expect(state().tooLate).toEqual([1]);
  });
});

describe('a photo that is corrected after a commit failed, and tried again', () => {
  type Attempt = () => unknown;
  const rejects =
    (result: unknown): Attempt =>
    () =>
      Promise.reject(result);
  const lost = rejects(new TypeError('Failed to fetch'));
  const forbidden = rejects(new Response('', { status: 403 }));
  const is =
    (result: unknown): Attempt =>
    () =>
      Promise.resolve(result);

  beforeEach(async () => {
    edge.images = [listed('a', TAGGED)];
    await open();
  });

  test.each<[string, Attempt[], readonly ('left' | 'right')[], number[]]>([
    ['may be there with its former side', [lost, is(undefined)], ['left', 'right'], [1]],
    [
      'may be there, also where the second attempt was refused',
      [lost, forbidden, is({})],
      ['left', 'right', 'right'],
      [1],
    ],
    ['may be there with either side', [lost, lost, is(undefined)], ['left', 'right', 'left'], [1]],
    ['is new, as the host says', [lost, is({ created: true })], ['left', 'right'], []],
    ['has the side of before again', [lost, is(undefined)], ['left', 'left'], []],
    ['was refused', [forbidden, is(undefined)], ['left', 'right'], []],
  ])('%s', async (_, attempts, sides, tooLate) => {
    for (const [nth, attempt] of attempts.entries()) {
      sync.correct(a, { laterality: sides[nth] ?? 'left' });
      await settle();
      await sync.commit(async ({ photos }) => photos[0]?.keep(attempt() as Promise<unknown>));
    }
    expect(state().images[0]?.committedAt).toBeDefined();
    expect(state().tooLate).toEqual(tooLate);
  });

  test('is remembered when the session is opened again in between', async () => {
    await sync.commit(() => Promise.reject(new TypeError('Failed to fetch')));
    sync.reopen();
    await settle();
    sync.correct(a, { laterality: 'right' });
    await sync.commit(() => Promise.resolve());
    expect(state().tooLate).toEqual([1]);
  });
});

describe('a correction during a commit', () => {
  beforeEach(async () => {
    edge.images = [listed('a', TAGGED)];
    await open();
  });

  test('that fails is kept', async () => {
    const { deliver, refuse } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'n' });
    expect(state().images[0]?.details.notes).toBe('n');
    refuse();
    await first;
    await settle();
    expect(state().images[0]?.details.notes).toBe('n');
    expect(edge.images[0]?.metadata.notes).toBe('n');
  });

  test('that fails after another patient was opened still counts', async () => {
    const { deliver, refuse } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'n' });
    sync.close();
    refuse();
    await first;
    await settle();
    expect(edge.images[0]?.metadata.notes).toBe('n');
  });

  test('that succeeds came too late, and the widget says so', async () => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    sync.correct(a, { notes: 'n' });
    keep();
    await first;
    expect(state().tooLate).toEqual([1]);
    expect(edge.images[0]?.metadata.notes).toBeUndefined();
    sync.correct(a, { laterality: 'right' });
    expect(state().tooLate).toEqual([1]);
  });

  test('of a photo that arrived meanwhile counts, and so does its removal', async () => {
    const { deliver, keep } = slowRecord();
    const first = sync.commit(deliver);
    arrive('b');
    sync.refresh();
    await settle();
    sync.correct(b, { notes: 'n' });
    await settle();
    expect(edge.images[1]?.metadata.notes).toBe('n');
    sync.remove(b);
    expect(shown()).toEqual([a]);
    keep();
    await first;
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(edge.images.map(({ imageId }) => imageId)).toEqual([a]);
  });
});

test.each([
  ['a number', /phones/, () => sync.admit('42'), () => state().admission],
  ['a guide', /guide/, () => sync.offerGuide('a', 'jpeg'), () => state().guide],
])('%s that was being sent when the token was renewed can be sent again', async (_, call, send, shown) => {
  await open();
  const before = shown();
  const answer = edge.hold(call);
  const sending = send();
  edge.trouble = { call: /^GET/, code: 'unauthorized', status: 401, times: 1 };
  sync.refresh();
  await settle();
  answer();
  await sending;
  expect([state().status, shown()]).toEqual(['open', before]);
});

test('the end of an earlier session, heard late, takes no photos along', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.handlers?.event('session-ended', 1);
  await settle();
  expect(state().status).toBe('open');
  edge.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
  sync.refresh();
  await settle();
  expect(state().status).toBe('ended');
  expect(shown()).toEqual([a]);
});

test('an end that is heard while an older list is on its way takes the photos along', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  const answer = edge.hold(/GET/);
  sync.refresh();
  edge.handlers?.event('session-ended', 2);
  answer();
  edge.ended = true;
  await settle();
  expect(state()).toMatchObject({ status: 'ended', images: [] });
});

test('an end on another desktop that nothing reported takes the photos along', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.ended = true;
  sync.refresh();
  await settle();
  expect(state()).toMatchObject({ status: 'ended', images: [], problem: null });
});

test('an end that is heard was that of a later session: the photos stay', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.trouble = { call: /enc-1001$/, code: 'session_expired', status: 404, times: Infinity };
  edge.handlers?.event('session-ended', 2);
  await settle();
  expect(state().status).toBe('ended');
  expect(shown()).toEqual([a]);
});

test('an end without a response is known from the next list', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.trouble = { call: /^DELETE/, code: 'network', status: 0, times: 1 };
  await sync.end();
  expect(state().status).toBe('open');
  edge.ended = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(state()).toMatchObject({ status: 'ended', images: [] });
});

test('an end of which the edge did only half is repeated until it succeeds, and takes the photos along', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.trouble = { call: /^DELETE/, code: 'upstream_unavailable', status: 503, times: 3 };
  await sync.end();
  edge.ended = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(state().status).toBe('open');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(endCalls()).toHaveLength(4);
  expect(state()).toMatchObject({ status: 'ended', images: [] });
});

test('while the edge ends the session, a list that finds it ended does not decide what stays', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  const answer = edge.hold(/^DELETE/);
  const ending = sync.end();
  edge.trouble = { call: /^GET/, code: 'session_expired', status: 404, times: Infinity };
  sync.refresh();
  await settle();
  expect(state().status).toBe('open');
  answer();
  await ending;
  await settle();
  expect(state()).toMatchObject({ status: 'ended', images: [] });
});

test('a correction whose response was lost does not overwrite a later one of another desktop', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.lost = /^PATCH/;
  sync.correct(a, { laterality: 'right' });
  await settle();
  expect(edge.images[0]?.metadata.laterality).toBe('right');
  edge.change([listed('a', { ...TAGGED, laterality: 'bilateral' }, '2026-03-04T10:00:01Z')]);
  sync.correct(a, { notes: 'n' });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(edge.images[0]?.metadata).toEqual({ ...TAGGED, laterality: 'bilateral', notes: 'n' });
  expect(state().images[0]?.details.laterality).toBe('bilateral');
});

test('a refused correction takes no other with it', async () => {
  edge.images = [listed('a', TAGGED)];
  await open();
  edge.trouble = { call: /^PATCH/, code: 'metadata_invalid', status: 422, times: 1 };
  const answer = edge.hold(/^PATCH/);
  sync.correct(a, { notes: 'refused' });
  sync.correct(a, { laterality: 'right' });
  answer();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(edge.images[0]?.metadata).toEqual({ ...TAGGED, laterality: 'right' });
  expect(state().images[0]?.details.laterality).toBe('right');
});

describe('a phone that is removed', () => {
  const PHONE = { phoneId: 'p', name: 'iPhone, Safari', joinedAt: '2026-03-04T09:59:00Z' };
  const codes = () => edge.count('POST /enc-1001/token');
  const isOver = () => Date.parse(state().qr?.expiresAt ?? '') <= Date.now();

  beforeEach(async () => {
    edge.phones = [{ ...PHONE, lastSeenAt: PHONE.joinedAt }];
    await open();
    expect(isOver()).toBe(false);
  });

  test('here: its code stopped working, so a new one is shown', async () => {
    await sync.removePhone('p');
    await settle();
    expect(codes()).toBe(1);
    expect(isOver()).toBe(false);
  });

  test('on another desktop: the code is shown as expired, and no other is made', async () => {
    edge.removePhone('p');
    sync.refresh();
    await settle();
    expect(codes()).toBe(0);
    expect(isOver()).toBe(true);
  });
});

describe('the earlier photo on the phones’ camera', () => {
  test.each([
    ['offered', 'jpeg', { photo: null, state: 'shown' }],
    ['stopped', null, null],
  ])('that another desktop %s', async (_, guide, shown) => {
    edge.guide = guide === null ? 'jpeg' : null;
    await open();
    edge.guide = guide;
    sync.refresh();
    await settle();
    expect(state().guide).toEqual(shown);
  });

  test.each([
    ['offered', 'jpeg', { photo: 'x', state: 'shown' }],
    ['stopped', null, null],
  ])('was just %s here: a list that was requested before does not know', async (_, jpeg, shown) => {
    edge.guide = jpeg === null ? 'jpeg' : null;
    await open();
    edge.revision++;
    const answer = edge.hold(/^GET/);
    const before = edge.guide;
    sync.refresh();
    await sync.offerGuide('x', jpeg);
    edge.guide = before;
    answer();
    await settle();
    expect(state().guide).toEqual(shown);
  });
});

describe('expected photos', () => {
  test('are shown at once, and listed if they do not arrive soon', async () => {
    await open();
    const calls = edge.calls.length;
    expectPhotos(2);
    edge.handlers?.event('images-expected', edge.revision);
    expect(state().expecting).toBe(true);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(edge.calls.length).toBe(calls);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state()).toMatchObject({
      expecting: false,
      expected: [{ phone: 'iPhone, Safari', removed: false, aliveAt: '2026-03-04T09:59:40.000Z' }, {}],
    });
  });

  test('that arrive at once cost no list of their own', async () => {
    await open();
    const calls = edge.calls.length;
    edge.revision++;
    edge.handlers?.event('images-expected', edge.revision);
    arrive('a');
    edge.handlers?.event('image-uploaded', edge.revision);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown()).toEqual([a]);
    expect(edge.calls.length).toBe(calls + 1);
  });

  test('are asked for every second while realtime is down, and others every 15', async () => {
    await open();
    edge.handlers?.down();
    expectPhotos(1);
    await vi.advanceTimersByTimeAsync(15_000);
    let calls = edge.calls.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(edge.calls.length).toBe(calls + 5);
    edge.expected = [];
    edge.change([listed('a')]);
    await vi.advanceTimersByTimeAsync(1_000);
    calls = edge.calls.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(edge.calls.length).toBe(calls + 2);
    expect(shown()).toEqual([a]);
  });
});
