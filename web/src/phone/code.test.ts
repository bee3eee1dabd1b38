// @vitest-environment happy-dom

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { exchange, exchangeEarly, openCommand } from './code';
import { grant, play } from './fixtures';
import { initialState, type Effect, type Event } from './model';
import { load, save, savedOf } from './storage';

const SERVER = Date.parse(grant.serverTime);
const AHEAD = -90_000;

beforeEach(() => {
  vi.useFakeTimers({ now: SERVER - AHEAD });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(grant))));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});

const show = () => undefined;

test('the clocks are compared when the grant arrives, not when the page takes it', async () => {
  history.replaceState(null, '', '/#t=qr');
  exchangeEarly();
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(Date.now() + 60_000);
  expect(await exchange('qr', new AbortController().signal, show)).toEqual({ ...grant, aheadMs: AHEAD });
});

test('the difference of the clocks is the same after a reload an hour later', async () => {
  const session = await exchange('qr', new AbortController().signal, show);
  const loaded = { type: 'boot', cameraKilled: false, online: true, supported: true } as const;
  const scanned: Event = { ...loaded, saved: {}, token: 'qr' };
  const { state, effects } = play(initialState, scanned, { type: 'granted', token: 'qr', session });
  const opens = (all: readonly Effect[]) =>
    all.flatMap((effect) => (effect.do === 'start' ? [openCommand(effect.session, 'https://edge.test')] : []));
  const open = { type: 'open', apiBase: 'https://edge.test', session: grant, aheadMs: AHEAD };
  expect(opens(effects)).toEqual([open]);
  save(savedOf(state), { usedAt: Date.now() });
  vi.setSystemTime(Date.now() + 3_600_000);
  const reloaded = play(initialState, { ...loaded, saved: load(Date.now()).saved, token: null });
  expect(opens(reloaded.effects)).toEqual([open]);
});

test('a grant that an older page kept opens without it', () => {
  expect(openCommand(grant, '')).toEqual({ type: 'open', apiBase: '', session: grant });
});
