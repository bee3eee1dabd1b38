// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DesktopAccess } from '../../api/desktop';
import { Edge, listed } from './fixtures';
import { Outbox, type Attendant } from './outbox';

const ACCESS: DesktopAccess = { apiBase: 'https://edge.test', encounterId: 'enc-1001', desktopToken: 'd' };
const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];
const PATCH = `PATCH /images/enc-1001/${a}`;
const ONE_MINUTE = 60_000;

let edge: Edge;
let outbox: Outbox;
const attendant = { corrected: vi.fn(), failed: vi.fn(), outdated: vi.fn() } satisfies Attendant;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  edge = new Edge();
  edge.images = [listed('a'), listed('b')];
  vi.stubGlobal('fetch', edge.fetch);
  outbox = new Outbox();
  outbox.attend(ACCESS, attendant);
});

afterEach(async () => {
  await vi.advanceTimersByTimeAsync(2 * ONE_MINUTE);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('while somebody attends', () => {
  test('what was changed while an earlier correction was sent follows it', async () => {
    outbox.correct(a, { laterality: 'right', view: 'overview' });
    void outbox.send(a);
    outbox.correct(a, { laterality: 'bilateral' });
    void outbox.send(a);
    expect(edge.count(PATCH)).toBe(1);
    await settle();
    expect(edge.count(PATCH)).toBe(2);
    expect(edge.images[0]?.metadata).toEqual({ laterality: 'bilateral', view: 'overview' });
    expect(outbox.pending).toEqual([]);
  });

  test.each([
    ['passes', 'upstream_unavailable', 503, true],
    ['ends the session', 'session_expired', 404, true],
    ['is for good', 'metadata_invalid', 422, false],
    ['says that the image is gone', 'image_not_found', 404, false],
  ])('a failure that %s: is it kept to be sent again?', async (_, code, status, kept) => {
    edge.trouble = { call: /PATCH/, code, status, times: 1 };
    outbox.correct(a, { laterality: 'left' });
    await outbox.send(a);
    expect(attendant.failed).toHaveBeenCalledOnce();
    expect(outbox.correction(a) !== undefined).toBe(kept);
  });

  test.each([
    ['is for good brings the image back', 'forbidden', 403, false],
    ['says that the image is gone is as good as done', 'image_not_found', 404, true],
  ])('a failed removal that %s', async (_, code, status, gone) => {
    edge.trouble = { call: /DELETE/, code, status, times: 1 };
    outbox.remove(a);
    await outbox.send(a);
    expect(outbox.isGone(a)).toBe(gone);
    expect(outbox.pending).toEqual([]);
  });

  test('an answer to an earlier session settles nothing', async () => {
    outbox.correct(a, { laterality: 'left' });
    const sent = outbox.send(a);
    outbox.suspend();
    outbox.attend({ ...ACCESS, desktopToken: 'renewed' }, attendant);
    await sent;
    expect(attendant.corrected).not.toHaveBeenCalled();
    expect(attendant.outdated).toHaveBeenCalledOnce();
    expect(outbox.pending).toEqual([a]);
  });
});

describe('when it is left', () => {
  test('what is on its way, and what follows it, arrives', async () => {
    edge.trouble = { call: /PATCH|DELETE/, code: 'network', status: 0, times: 3 };
    outbox.correct(a, { laterality: 'left' });
    void outbox.send(a);
    outbox.correct(a, { notes: 'n' });
    outbox.remove(b);
    outbox.leave();
    await vi.advanceTimersByTimeAsync(ONE_MINUTE);
    expect(edge.images).toMatchObject([{ imageId: a, metadata: { laterality: 'left', notes: 'n' } }]);
    expect(attendant.failed).not.toHaveBeenCalled();
    expect(Outbox.of(ACCESS)).not.toBe(outbox);
  });

  test.each([
    ['the edge stays away', 'network', 0, 8],
    ['the edge refuses', 'metadata_invalid', 422, 1],
    ['the session is over', 'session_expired', 404, 1],
  ])('it gives up: %s', async (_, code, status, tries) => {
    edge.trouble = { call: /PATCH/, code, status, times: Infinity };
    outbox.correct(a, { laterality: 'left' });
    outbox.leave();
    await vi.advanceTimersByTimeAsync(10 * ONE_MINUTE);
    expect(edge.count(PATCH)).toBe(tries);
    expect(vi.getTimerCount()).toBe(0);
    expect(Outbox.of(ACCESS)).not.toBe(outbox);
  });

  test('the next screen of the same encounter takes it over, and no other does', async () => {
    edge.trouble = { call: /PATCH/, code: 'network', status: 0, times: 1 };
    outbox.correct(a, { laterality: 'left' });
    outbox.leave();
    await settle();
    expect(Outbox.of({ ...ACCESS, encounterId: 'enc-1002' })).not.toBe(outbox);
    expect(Outbox.of({ ...ACCESS, apiBase: 'https://other.test' })).not.toBe(outbox);
    const next = Outbox.of(ACCESS);
    expect(next).toBe(outbox);
    next.attend(ACCESS, attendant);
    expect(vi.getTimerCount()).toBe(0);
    expect(next.correction(a)).toEqual({ laterality: 'left' });
  });
});
