// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventName, Image } from '../../contract/api';
import { AT, Edge, LAUNCH_TOKEN, listed } from './fixtures';
import type { Commit, SessionSync } from './api';
import { UNDO_MS } from './model';
import { createSessionSync } from './sync';

const TAGGED = { bodySite: 'hand', laterality: 'left' } as const;
const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

let edge: Edge;
let sync: SessionSync;
const state = () => sync.store.getState();
const shown = () => state().images.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-04T10:00:00Z') });
  sessionStorage.clear();
  edge = new Edge();
  vi.stubGlobal('fetch', edge.fetch);
});

afterEach(() => {
  sync.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function event(name: EventName, revision?: number): Promise<void> {
  edge.handlers?.event(name, revision);
  await settle();
}

async function open(...images: Image[]): Promise<void> {
  edge.images = images;
  sync = createSessionSync({ apiBase: 'https://edge.test', launchToken: LAUNCH_TOKEN, realtime: edge.realtime });
  await settle();
  edge.handlers?.live();
  await settle();
}

describe('opening', () => {
  test('shows the photos, with their bytes, and the patient', async () => {
    await open(listed('a'), listed('b'));
    expect(state()).toMatchObject({
      status: 'open',
      connection: 'live',
      patientId: 'pat-2001',
      patientLabel: 'Test Patient',
    });
    expect(state().images.map(({ id, file }) => [id, file?.size])).toEqual([
      [a, 4],
      [b, 4],
    ]);
  });

  test('leaves no photo on the disk of the desktop', async () => {
    const asked = vi.spyOn(edge, 'fetch');
    vi.stubGlobal('fetch', edge.fetch);
    await open(listed('a'));
    expect(asked).toHaveBeenCalledWith('https://s3.test/a', expect.objectContaining({ cache: 'no-store' }));
  });

  test('is tried again while the edge is down', async () => {
    edge.trouble = { call: /create/, code: 'network', status: 0, times: 3 };
    await open(listed('a'));
    expect(state()).toMatchObject({ status: 'opening', problem: { code: 'network' } });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state()).toMatchObject({ status: 'open', problem: null });
    expect(shown()).toEqual([a]);
  });

  test('that is refused is reported, and not retried by itself', async () => {
    edge.trouble = { call: /create/, code: 'forbidden', status: 403, times: 1 };
    await open();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state()).toMatchObject({ status: 'failed', problem: { detail: 'refused: forbidden' } });
    expect(edge.count('POST /create')).toBe(1);
  });
});

describe('staying in step', () => {
  test('an event brings a photo; while realtime is down, polling does', async () => {
    await open();
    edge.change([listed('a')]);
    await event('image-uploaded');
    expect(shown()).toEqual([a]);
    edge.handlers?.down();
    edge.change([listed('a'), listed('b')]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(shown()).toEqual([a, b]);
  });

  test.each([
    ['at once', 'both before the list is there', 2, 1],
    ['at once', 'the second while the list is on its way', 1, 2],
    ['after another', '', 0, 2],
  ])('two photos that arrive %s (%s) cost as few lists as they can', async (_, __, early, lists) => {
    await open();
    const calls = edge.calls.length;
    const arrive = (id: string): void => edge.change([...edge.images, listed(id)]);
    arrive('a');
    if (early === 2) arrive('b');
    edge.handlers?.event('image-uploaded', 2);
    if (early === 1) arrive('b');
    if (early > 0) edge.handlers?.event('image-uploaded', 3);
    await settle();
    if (early === 0) arrive('b');
    await event('image-uploaded', 3);
    expect(shown()).toEqual([a, b]);
    expect(edge.calls.length - calls).toBe(lists);
  });

  test('an event that is heard while an older list is on its way is followed by another list', async () => {
    await open();
    const answer = edge.hold(/GET/);
    sync.refresh();
    edge.handlers?.event('image-uploaded', edge.revision + 1);
    answer();
    await Promise.resolve();
    edge.change([listed('a')]);
    await settle();
    expect(shown()).toEqual([a]);
  });

  test('an event of a session that was created again, with a lower revision, counts', async () => {
    edge.revision = 40;
    await open();
    edge.trouble = { call: /GET/, code: 'unauthorized', status: 401, times: 1 };
    edge.revision = 1;
    edge.change([listed('a')]);
    await event('image-uploaded', 2);
    expect(shown()).toEqual([a]);
  });

  test('what an event announces is asked for without a condition, which would cost a preflight', async () => {
    const conditions: (string | null)[] = [];
    vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
      conditions.push(new Headers(init.headers).get('If-None-Match'));
      return edge.fetch(url, init);
    });
    await open(listed('a'));
    conditions.length = 0;
    edge.change([]);
    await event('image-removed', 2);
    sync.refresh();
    await settle();
    expect(conditions).toEqual([null, '"2"']);
  });

  test('the way to the storage is opened when a photo is announced', async () => {
    const put = vi.spyOn(document.head, 'append');
    await open();
    expect(put).not.toHaveBeenCalled();
    edge.change([listed('a')]);
    await event('image-uploaded', 2);
    expect(put.mock.calls.map(([link]) => (link as HTMLLinkElement).href)).toEqual(['https://s3.test/']);
  });

  test.each(['visibilitychange', 'resume'])('a page that wakes up (%s) asks at once', async (type) => {
    await open();
    edge.change([listed('a')]);
    document.dispatchEvent(new Event(type));
    await settle();
    expect(shown()).toEqual([a]);
  });

  test('an older list changes nothing', async () => {
    await open(listed('a'));
    edge.images = [];
    edge.revision--;
    await event('image-removed');
    expect(shown()).toEqual([a]);
  });

  test('a picture that could not be fetched is asked for again, though the list is the same', async () => {
    edge.trouble = { call: /GET \/a$/, code: 'forbidden', status: 403, times: 2 };
    await open(listed('a'));
    expect(state().images[0]).toMatchObject({ file: null, failed: true });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state().images[0]).toMatchObject({ file: expect.any(File) as File, failed: false });
  });

  test('closing lets go of everything', async () => {
    const listening = new Set<string>();
    for (const target of [document, window]) {
      vi.spyOn(target, 'addEventListener').mockImplementation((type: string) => void listening.add(type));
      vi.spyOn(target, 'removeEventListener').mockImplementation((type: string) => void listening.delete(type));
    }
    await open(listed('a'));
    expect(listening).toContain('visibilitychange');
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    sync.close();
    expect(revoked).toHaveBeenCalledOnce();
    expect(edge.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect([...listening]).toEqual([]);
    expect(shown()).toEqual([]);
  });

  test('eight hours without realtime are 1 920 polls, one timer and the same pictures', async () => {
    await open(listed('a', TAGGED));
    const made = vi.spyOn(URL, 'createObjectURL');
    const added = vi.spyOn(window, 'addEventListener');
    edge.handlers?.down();
    const calls = edge.calls.length;
    await vi.advanceTimersByTimeAsync(8 * 3_600_000);
    expect(edge.calls.length - calls).toBe(1920);
    expect(vi.getTimerCount()).toBe(1);
    expect(made).not.toHaveBeenCalled();
    expect(added).not.toHaveBeenCalled();
  });
});

describe('correcting', () => {
  test('is shown at once and sent to the edge', async () => {
    await open(listed('a'));
    sync.correct(a, { laterality: 'left' });
    expect(state().images[0]?.details).toEqual({ laterality: 'left' });
    await settle();
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'left' });
  });

  test('while the edge is down is kept and sent later', async () => {
    await open(listed('a'));
    edge.trouble = { call: /PATCH/, code: 'upstream_unavailable', status: 503, times: 2 };
    sync.correct(a, { laterality: 'left' });
    await settle();
    expect(state().problem?.code).toBe('upstream_unavailable');
    expect(state().images[0]?.details).toEqual({ laterality: 'left' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'left' });
    expect(state().problem).toBeNull();
  });

  test('that is refused is taken back, with the reason', async () => {
    await open(listed('a'));
    edge.trouble = { call: /PATCH/, code: 'metadata_invalid', status: 422, times: 1 };
    sync.correct(a, { notes: 'x' });
    await settle();
    expect(state().images[0]?.details).toEqual({});
    expect(state().problem?.detail).toBe('refused: metadata_invalid');
  });
});

describe('leaving while the edge is down', () => {
  test('an edit is delivered later, though nothing of it is shown any more', async () => {
    await open(listed('a'));
    edge.trouble = { call: /PATCH/, code: 'upstream_unavailable', status: 503, times: 2 };
    sync.correct(a, { laterality: 'left' });
    sync.close();
    expect(shown()).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'left' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a clinician who comes back sees the edit and the removal, and has the last word', async () => {
    await open(listed('a'), listed('b'));
    edge.trouble = { call: /PATCH|DELETE/, code: 'network', status: 0, times: 8 };
    sync.correct(a, { laterality: 'left', notes: 'n' });
    sync.remove(b);
    sync.close();
    await open(...edge.images);
    expect(state().images.map(({ id, details }) => [id, details])).toEqual([[a, { laterality: 'left', notes: 'n' }]]);
    sync.correct(a, { laterality: 'right' });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(edge.images).toMatchObject([{ imageId: a, metadata: { laterality: 'right', notes: 'n' } }]);
  });
});

describe('removing', () => {
  test('can be undone for a while, then is for good', async () => {
    await open(listed('a'), listed('b'));
    sync.remove(a);
    sync.remove(b);
    expect(shown()).toEqual([]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    sync.restore(b);
    await vi.advanceTimersByTimeAsync(1);
    expect(shown()).toEqual([b]);
    expect(edge.images.map(({ imageId }) => imageId)).toEqual([b]);
  });

  test('is carried out when the widget goes before the time is up', async () => {
    await open(listed('a'));
    sync.remove(a);
    sync.close();
    await settle();
    expect(edge.images).toEqual([]);
  });

  test('that fails in passing is tried again; one that is refused shows the photo again', async () => {
    await open(listed('a'), listed('b'));
    edge.trouble = { call: /DELETE/, code: 'network', status: 0, times: 1 };
    sync.remove(a);
    await vi.advanceTimersByTimeAsync(UNDO_MS + 5_000);
    expect(edge.images.map(({ imageId }) => imageId)).toEqual([b]);
    edge.trouble = { call: /DELETE/, code: 'forbidden', status: 403, times: 1 };
    sync.remove(b);
    await vi.advanceTimersByTimeAsync(UNDO_MS + 5_000);
    expect(shown()).toEqual([b]);
  });
});

describe('committing', () => {
  test.each([
    ['nothing', []],
    ['a photo without a side', [listed('a', TAGGED), listed('b', { bodySite: 'hand' })]],
  ])('%s is not possible', async (_, images) => {
    await open(...images);
    const deliver = vi.fn(() => Promise.resolve());
    expect(await sync.commit(deliver)).toBe(false);
    expect(deliver).not.toHaveBeenCalled();
  });

  test('hands over what is not in the record yet, once', async () => {
    await open(listed('a', TAGGED));
    const commits: Commit[] = [];
    const deliver = (commit: Commit) => Promise.resolve(commits.push(commit));
    expect(await sync.commit(deliver)).toBe(true);
    edge.change([listed('a', TAGGED), listed('b', TAGGED)]);
    await event('image-uploaded');
    expect(await sync.commit(deliver)).toBe(true);
    expect(commits.map(({ images, patientId }) => [images.map(({ id }) => id), patientId])).toEqual([
      [[a], 'pat-2001'],
      [[b], 'pat-2001'],
    ]);
    expect(state().images.map(({ committedAt }) => typeof committedAt)).toEqual(['string', 'string']);
    expect(await sync.commit(deliver)).toBe(false);
  });

  test('that fails keeps everything and says why', async () => {
    await open(listed('a', TAGGED));
    expect(await sync.commit(() => Promise.reject(new Error('The record is locked.')))).toBe(false);
    expect(state()).toMatchObject({
      committing: false,
      commitProblem: { code: 'refused', detail: 'The record is locked.' },
    });
    expect(state().images[0]?.committedAt).toBeUndefined();
    expect(await sync.commit(() => Promise.resolve())).toBe(true);
    expect(state().commitProblem).toBeNull();
  });

  test('photo by photo keeps what the record took, and the reasons for the others', async () => {
    await open(listed('a', TAGGED), listed('b', TAGGED));
    const deliver = ({ photos }: Commit): Promise<void> => {
      for (const { image, keep } of photos)
        keep(image.id === a ? Promise.resolve() : Promise.reject(new Error('Quota reached.')));
      return Promise.reject(new Error('nobody waits for the whole'));
    };
    expect(await sync.commit(deliver)).toBe(true);
    expect(state().images.map(({ committedAt, commitProblem }) => [committedAt !== undefined, commitProblem])).toEqual([
      [true, undefined],
      [false, { code: 'refused', detail: 'Quota reached.' }],
    ]);
    expect(state().commitProblem).toBeNull();
    const { images } = await new Promise<Commit>((resolve) => {
      void sync.commit((commit) => Promise.resolve(resolve(commit)), {}, [a, b]);
    });
    expect(images.map(({ id }) => id)).toEqual([b]);
    await settle();
    expect(state().images[1]).not.toHaveProperty('commitProblem');
  });

  test('names the phone, the clinician, and who corrected', async () => {
    edge.phones = [{ phoneId: 'p-1', name: 'iPhone, Safari', joinedAt: AT, lastSeenAt: AT }];
    const correctedBy = { id: 'nurse-2', name: 'Nurse Test' };
    await open({ ...listed('a', TAGGED), phoneId: 'p-1', correctedBy });
    edge.phones = [];
    edge.change(edge.images);
    await event('image-updated');
    let bundle = '';
    await sync.commit((commit) => Promise.resolve((bundle = JSON.stringify(commit.bundle))));
    for (const name of ['iPhone, Safari', 'Nurse Test', 'dr-1']) expect(bundle).toContain(name);
  });

  test('fixes what was committed, also for the next widget of the tab', async () => {
    await open(listed('a', TAGGED));
    await sync.commit(() => Promise.resolve());
    sync.close();
    await open(listed('a', TAGGED));
    expect(state().images[0]?.committedAt).toBeDefined();
    sync.correct(a, { laterality: 'right' });
    sync.remove(a);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(edge.images[0]?.metadata).toEqual(TAGGED);
  });
});

describe('the end of a session', () => {
  test('by expiry keeps what is not in the record, to be committed or carried over', async () => {
    await open(listed('a', TAGGED));
    edge.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
    await event('image-updated');
    expect(state().status).toBe('ended');
    expect(shown()).toEqual([a]);
    edge.change([listed('b', TAGGED)]);
    sync.reopen();
    await settle();
    expect(shown()).toEqual([a, b]);
    const deliver = vi.fn(() => Promise.resolve());
    expect(await sync.commit(deliver)).toBe(true);
  });

  test('by expiry: a commit before it is open again is of the same patient', async () => {
    await open(listed('a', TAGGED));
    edge.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
    await event('image-updated');
    sync.reopen();
    const deliver = vi.fn<(commit: Commit) => Promise<void>>(() => Promise.resolve());
    expect(await sync.commit(deliver)).toBe(true);
    expect(deliver).toHaveBeenCalledWith(expect.objectContaining({ encounterId: 'enc-1001', patientId: 'pat-2001' }));
  });

  test.each<[string, () => Promise<void>]>([
    ['here', () => sync.end()],
    [
      'elsewhere',
      () => {
        edge.ended = true;
        return event('session-ended');
      },
    ],
  ])('by hand, %s, leaves nothing', async (_, end) => {
    await open(listed('a', TAGGED));
    await end();
    expect(state()).toMatchObject({ status: 'ended', images: [], problem: null });
  });

  test('that cannot be reached is reported, and the session continues', async () => {
    await open(listed('a', TAGGED));
    edge.trouble = { call: /DELETE/, code: 'network', status: 0, times: 1 };
    await sync.end();
    expect(state()).toMatchObject({ status: 'open', problem: { code: 'network' } });
    expect(shown()).toEqual([a]);
  });

  test('a desktop token that ran out is renewed in silence, once', async () => {
    await open(listed('a'));
    sync.correct(a, { laterality: 'left' });
    edge.trouble = { call: /PATCH/, code: 'unauthorized', status: 401, times: 1 };
    await settle();
    expect(state().status).toBe('open');
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'left' });
    edge.trouble = { call: /GET/, code: 'unauthorized', status: 401, times: 2 };
    await event('image-updated');
    expect(state().status).toBe('ended');
    expect(shown()).toEqual([a]);
  });
});

test('a session that was created again starts its revisions again', async () => {
  edge.revision = 40;
  await open(listed('a'));
  edge.trouble = { call: /GET/, code: 'unauthorized', status: 401, times: 1 };
  edge.revision = 1;
  edge.images = [listed('b')];
  await event('image-uploaded');
  expect(shown()).toEqual([a, b]);
});

test('the timeline lists the events in order', async () => {
  await open(listed('a', TAGGED));
  await sync.commit(() => Promise.resolve());
  await sync.end();
  expect(state().timeline.map(({ what, photo, count }) => [what, photo ?? count])).toEqual([
    ['arrived', 1],
    ['opened', undefined],
    ['committed', 1],
    ['ended', undefined],
  ]);
});
