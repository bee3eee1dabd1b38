import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../api/client';
import type { RealtimeResponse } from '../../contract/api';
import { listen } from './realtime';

const clients = vi.hoisted(() => [] as { options: unknown; closed: boolean }[]);
vi.mock('ably/modular', () => ({
  BaseRealtime: class {
    closed = false;
    connection = { on: () => undefined };
    channels = { get: () => ({ on: () => undefined, subscribe: () => Promise.resolve(), state: 'attaching' }) };
    constructor(readonly options: unknown) {
      clients.push(this);
    }
    close(): void {
      this.closed = true;
    }
  },
  FetchRequest: {},
  WebSocketTransport: {},
  XHRPolling: {},
}));

const TOKEN: RealtimeResponse = { token: 't', expiresAt: '2026-03-04T11:00:00Z', channel: 'session:enc-1001' };
const handlers = { event: vi.fn(), live: vi.fn(), down: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  clients.length = 0;
});

afterEach(() => vi.useRealTimers());

/** A token that comes after some failures. */
function failing(times: number, error: Error): () => Promise<RealtimeResponse> {
  return vi.fn(() => (times-- > 0 ? Promise.reject(error) : Promise.resolve(TOKEN)));
}

test('a first token that fails is requested again until it comes, and polling serves meanwhile', async () => {
  const access = failing(7, new ApiError('upstream_unavailable', 'down', 503));
  listen(access, handlers);
  await vi.advanceTimersByTimeAsync(0);
  expect(handlers.down).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(clients).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(clients).toHaveLength(1);
  expect(access).toHaveBeenCalledTimes(8);
});

test('an edge that asks for patience gets it', async () => {
  const access = failing(1, new ApiError('rate_limited', 'wait', 429, { retryAfter: 30 }));
  listen(access, handlers);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(access).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(clients).toHaveLength(1);
});

test('nothing is requested after the end', async () => {
  const access = failing(Infinity, new ApiError('network', 'down', 0));
  const stop = listen(access, handlers);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(access).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('a client that is connected is closed at the end', async () => {
  const stop = listen(failing(0, new Error()), handlers);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  expect(clients.map(({ closed }) => closed)).toEqual([true]);
});

test.each([
  ['Ably', {}, {}],
  [
    'another server',
    { realtimeUrl: 'http://127.0.0.1:8793' },
    { endpoint: '127.0.0.1', tls: false, port: 8793, wsConnectivityCheckUrl: 'ws://127.0.0.1:8793/' },
  ],
])('a client of %s falls back to HTTP, and asks no other host whether there is a network', async (_, at, options) => {
  listen(() => Promise.resolve({ ...TOKEN, ...at }), handlers);
  await vi.advanceTimersByTimeAsync(0);
  const plugins = { XHRPolling: {}, WebSocketTransport: {} };
  expect(clients[0]?.options).toMatchObject({ ...options, plugins, disableConnectivityCheck: true });
});
