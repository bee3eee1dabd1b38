// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Edge, LAUNCH_TOKEN, listed } from './fixtures';
import { initialState, type Event, type State } from './model';
import { addCorrection, addRemoval, emptyOutbox, isPending, markSending, mergeOutboxes, pending } from './outbox';
import { reduce } from './reducer';
import { createSessionSync } from './sync';

const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];
const PATCH = `PATCH /images/enc-1001/${a}`;
const ONE_MINUTE = 60_000;
const LEFT = { laterality: 'left' } as const;

describe('a failed call', () => {
  const open: State = {
    ...initialState('screen'),
    status: 'open',
    opening: 1,
    access: { apiBase: '', encounterId: 'enc-1001', desktopToken: 'd' },
  };
  const fail = (state: State, code: string, retryable: boolean): State => {
    const failure = { code, retryable, detail: code } as Extract<Event, { type: 'unsent' }>['failure'];
    return reduce(state, { type: 'unsent', opening: 1, at: 0, id: a, failure })[0];
  };

  test.each([
    ['passes', 'upstream_unavailable', true, true],
    ['ends the session', 'session_expired', false, true],
    ['is for good', 'metadata_invalid', false, false],
    ['says that the photo is gone', 'image_not_found', false, false],
  ])('that %s: is the correction kept to be sent again?', (_, code, retryable, kept) => {
    const outbox = markSending(addCorrection(emptyOutbox, a, LEFT), a);
    expect(isPending(fail({ ...open, outbox }, code, retryable).outbox, a)).toBe(kept);
  });

  test.each([
    ['is for good brings the photo back', 'forbidden', false],
    ['says that the photo is gone is as good as done', 'image_not_found', true],
  ])('of a removal that %s', (_, code, gone) => {
    const { outbox } = fail({ ...open, outbox: markSending(addRemoval(emptyOutbox, a), a) }, code, false);
    expect(outbox.gone.has(a)).toBe(gone);
    expect(pending(outbox)).toEqual([]);
  });

  test('of an earlier opening settles nothing', () => {
    const outbox = markSending(addCorrection(emptyOutbox, a, LEFT), a);
    const image = listed('a', LEFT);
    const attempt = { changeId: 'c', change: LEFT };
    const event = { type: 'corrected', opening: 0, at: 0, id: a, attempt, image } as const;
    const [next, effects] = reduce({ ...open, outbox }, event);
    expect(pending(next.outbox)).toEqual([a]);
    expect(effects).toContainEqual(expect.objectContaining({ do: 'list' }));
  });
});

test('of two outboxes of one encounter the later one has the last word', () => {
  const earlier = addRemoval(addCorrection(emptyOutbox, a, { laterality: 'left', notes: 'n' }), b);
  const merged = mergeOutboxes(earlier, addCorrection(emptyOutbox, a, { laterality: 'right' }));
  expect(merged.corrections.get(a)).toEqual({ laterality: 'right', notes: 'n' });
  expect(pending(merged)).toEqual([a, b]);
});

let edge: Edge;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const open = async () => {
  const options = { apiBase: 'https://edge.test', launchToken: LAUNCH_TOKEN, realtime: edge.realtime };
  const sync = createSessionSync(options);
  await settle();
  return sync;
};

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-04T10:00:00Z') });
  edge = new Edge();
  edge.images = [listed('a'), listed('b')];
  vi.stubGlobal('fetch', edge.fetch);
});

afterEach(async () => {
  await vi.advanceTimersByTimeAsync(2 * ONE_MINUTE);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what was changed while an earlier correction was sent follows it', async () => {
  const sync = await open();
  sync.correct(a, { laterality: 'right', view: 'overview' });
  sync.correct(a, { laterality: 'bilateral' });
  expect(edge.count(PATCH)).toBe(1);
  await settle();
  expect(edge.count(PATCH)).toBe(2);
  expect(edge.images[0]?.metadata).toEqual({ laterality: 'bilateral', view: 'overview' });
  sync.close();
});

describe('when the screen goes', () => {
  test('what is on its way when the screen goes, and what follows it, arrives', async () => {
    const sync = await open();
    edge.trouble = { call: /PATCH|DELETE/, code: 'network', status: 0, times: 3 };
    sync.correct(a, LEFT);
    sync.correct(a, { notes: 'n' });
    sync.remove(b);
    sync.close();
    await vi.advanceTimersByTimeAsync(ONE_MINUTE);
    expect(edge.images).toMatchObject([{ imageId: a, metadata: { laterality: 'left', notes: 'n' } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['the edge stays away', 'network', 0, 8],
    ['the edge refuses', 'metadata_invalid', 422, 1],
    ['the session is over', 'session_expired', 404, 1],
  ])('sending the rest is given up: %s', async (_, code, status, tries) => {
    const sync = await open();
    edge.trouble = { call: /PATCH/, code, status, times: Infinity };
    sync.correct(a, LEFT);
    sync.close();
    await vi.advanceTimersByTimeAsync(10 * ONE_MINUTE);
    expect(edge.count(PATCH)).toBe(tries);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the next screen of the same encounter', () => {
  test('takes the rest over', async () => {
    const first = await open();
    edge.trouble = { call: /PATCH/, code: 'network', status: 0, times: 2 };
    first.correct(a, LEFT);
    first.close();
    await settle();
    const second = createSessionSync({
      apiBase: 'https://edge.test',
      launchToken: LAUNCH_TOKEN,
      realtime: edge.realtime,
    });
    await settle();
    expect(second.store.getState().images[0]?.details).toEqual(LEFT);
    second.close();
    await vi.advanceTimersByTimeAsync(ONE_MINUTE);
    expect(edge.images[0]?.metadata).toEqual(LEFT);
  });

  test('a call of the first screen ends before the next screen sends its own', async () => {
    const first = await open();
    const answer = edge.hold(/PATCH/);
    first.correct(a, LEFT);
    first.close();
    const second = await open();
    second.correct(a, { laterality: 'right' });
    await settle();
    expect(edge.count(PATCH)).toBe(1);
    answer();
    await settle();
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'right' });
    second.close();
  });

  test('an edge of another origin is another encounter', async () => {
    const first = await open();
    edge.trouble = { call: /PATCH/, code: 'network', status: 0, times: 1 };
    first.correct(a, LEFT);
    first.close();
    const second = createSessionSync({
      apiBase: 'https://other.test',
      launchToken: LAUNCH_TOKEN,
      realtime: edge.realtime,
    });
    await settle();
    expect(second.store.getState().images[0]?.details).toEqual({});
    second.close();
  });
});
