// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { capturing, grant, photo, play, reviewing, snapshot } from './fixtures';
import type { State } from './model';
import { KEEP_AFTER_END_MS, KEEP_UNUSED_MS, RECEIPT_MS, Retention } from './retention';
import { erase, load, save, savedOf } from './storage';

const HOUR = 3_600_000;
const receipt: State = {
  ...capturing,
  screen: 'success',
  receipt: { count: 1, at: '2026-03-01T09:00:00Z', gallery: false },
};
const ended = play(reviewing('a'), {
  type: 'snapshot',
  snapshot: snapshot([photo('a')], {
    phase: 'stopped',
    problem: { code: 'session_expired', retryable: false },
  }),
}).state;

beforeEach(() => {
  vi.useFakeTimers();
  erase();
});
afterEach(() => void vi.useRealTimers());

describe('while the page is open', () => {
  test.each<[string, State, number, 'finish' | 'over']>([
    ['an unattended receipt closes itself', receipt, RECEIPT_MS, 'finish'],
    ['an ended session is over after an hour', ended, KEEP_AFTER_END_MS, 'over'],
    ['an unused page is over after twelve hours', reviewing('a'), KEEP_UNUSED_MS, 'over'],
    [
      'a receipt with unsent photos waits for them',
      { ...reviewing('a'), screen: 'success', receipt: receipt.receipt },
      KEEP_UNUSED_MS,
      'over',
    ],
  ])('%s', (_, state, after, what) => {
    const due: string[] = [];
    const retention = new Retention({ usedAt: Date.now() }, ({ type }) => due.push(type));
    retention.observe(state);
    vi.advanceTimersByTime(after - 1);
    expect(due).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(due).toEqual([what]);
  });

  test('using the page postpones the expiry, except for an ended session', () => {
    const due: string[] = [];
    const retention = new Retention({ usedAt: Date.now() }, ({ type }) => due.push(type));
    retention.observe(ended);
    vi.advanceTimersByTime(KEEP_AFTER_END_MS / 2);
    retention.used();
    retention.observe(ended);
    vi.advanceTimersByTime(KEEP_AFTER_END_MS / 2);
    expect(due).toEqual(['over']);
  });

  test('parked sessions are kept when another session ends, and erased after twelve unused hours', () => {
    const left: State = { ...ended, parked: [{ session: { ...grant, patientId: 'pat-2002' }, seen: true }] };
    let state = left;
    const retention = new Retention({ usedAt: Date.now() }, (event) => {
      state = play(state, event).state;
      retention.observe(state);
    });
    retention.observe(state);
    vi.advanceTimersByTime(KEEP_AFTER_END_MS);
    expect(state).toMatchObject({ closed: 'over', parked: left.parked });
    expect(savedOf(state)).toEqual({ parked: [left.parked[0]?.session] });
    vi.advanceTimersByTime(KEEP_UNUSED_MS);
    expect(state.parked).toEqual([]);
    expect(savedOf(state)).toEqual({});
  });

  test('the limits are checked when a sleeping page becomes visible', () => {
    const due: string[] = [];
    const retention = new Retention({ usedAt: Date.now() }, ({ type }) => due.push(type));
    retention.observe(reviewing('a'));
    vi.setSystemTime(Date.now() + 13 * HOUR); // no timer fires in a sleeping phone
    retention.check();
    expect(due).toEqual(['over']);
  });
});

describe('in a tab that is opened again', () => {
  const saved = savedOf(reviewing('a'));

  test.each<[string, number, object, boolean]>([
    ['used eleven hours ago', 11 * HOUR, {}, true],
    ['used twelve hours ago', 12 * HOUR, {}, false],
    ['ended half an hour ago', HOUR / 2, { endedAt: 0 }, true],
    ['ended an hour ago', HOUR, { endedAt: 0 }, false],
  ])('a session that was %s', (_, later, times, kept) => {
    vi.setSystemTime(0);
    save(saved, { usedAt: 0, ...times });
    vi.setSystemTime(later);
    expect(load(Date.now()).saved.session).toEqual(kept ? grant : undefined);
    expect(sessionStorage.length, 'nothing stays behind').toBe(kept ? 1 : 0);
  });

  test('a session that ended is kept for the rest of its hour', () => {
    vi.setSystemTime(HOUR / 2);
    const due: string[] = [];
    const retention = new Retention({ usedAt: HOUR / 2, endedAt: 0 }, ({ type }) => due.push(type));
    const loading: State = { ...ended, snapshot: null };
    retention.observe(loading);
    retention.observe({ ...loading, online: false });
    retention.observe({ ...ended, session: loading.session });
    expect(retention.times.endedAt).toBe(0);
    vi.advanceTimersByTime(HOUR / 2);
    expect(due).toEqual(['over']);
  });

  test('the end of one session does not count for another', () => {
    const retention = new Retention({ usedAt: 0, endedAt: 0 }, () => undefined);
    const loading: State = { ...ended, snapshot: null };
    retention.observe(loading);
    retention.observe({ ...loading, session: { ...grant, patientId: 'pat-2002' } });
    expect(retention.times.endedAt).toBeUndefined();
  });
});
