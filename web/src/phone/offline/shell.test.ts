import { beforeEach, expect, test, vi } from 'vitest';
import { onActivate, onFetch, onInstall } from './shell';

const ORIGIN = 'https://edge.test';
const NAME = 'photobridge-2';

/** As much of CacheStorage as a worker uses. */
class Caches {
  readonly all = new Map<string, Map<string, Response>>();
  async open(name: string) {
    const entries = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, entries);
    const key = (request: RequestInfo) => new URL(typeof request === 'string' ? request : request.url, ORIGIN).pathname;
    return {
      addAll: async (requests: Request[]) =>
        requests.forEach((request) => entries.set(key(request), new Response(`kept ${key(request)}`))),
      match: async (request: RequestInfo) => entries.get(key(request))?.clone(),
      put: async (request: RequestInfo, response: Response) => void entries.set(key(request), response),
    };
  }
  async keys() {
    return [...this.all.keys()];
  }
  async delete(name: string) {
    return this.all.delete(name);
  }
}

let caches: Caches;
const storage = () => caches as unknown as CacheStorage;
// Node knows no relative requests; a page does.
const request = (path: string, init: { method?: string; mode?: RequestMode } = {}): Request =>
  Object.defineProperty(new Request(new URL(path, ORIGIN), { method: init.method ?? 'GET' }), 'mode', {
    value: init.mode ?? 'cors',
  });

beforeEach(async () => {
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(input: RequestInfo | URL, init?: RequestInit) {
        super(typeof input === 'string' ? new URL(input, ORIGIN) : input, init);
      }
    },
  );
  caches = new Caches();
  await onInstall(storage(), NAME, ['/mobile', '/assets/a.js']);
});

const fetched = (path: string, network: () => Promise<Response>, init = {}) =>
  onFetch(storage(), NAME, request(path, init), ORIGIN, network as typeof fetch);
const offline = () => Promise.reject(new TypeError('Failed to fetch'));
const text = async (answer: Promise<Response> | undefined) => (await answer)?.text();

test('old versions go, other caches stay', async () => {
  await caches.open('photobridge-1');
  await caches.open('another');
  await onActivate(storage(), NAME);
  expect(await caches.keys()).toEqual([NAME, 'another']);
});

test('the newest page that can be reached is shown', async () => {
  const navigate = { mode: 'navigate' };
  expect(await text(fetched('/mobile', async () => new Response('new'), navigate))).toBe('new');
  expect(await text(fetched('/mobile', offline, navigate))).toBe('kept /mobile');
  expect(await text(fetched('/mobile', async () => new Response('', { status: 503 }), navigate))).toBe('kept /mobile');
});

test('a network that hangs does not keep the page away', async () => {
  vi.useFakeTimers();
  const answer = fetched('/mobile', () => new Promise(() => {}), { mode: 'navigate' });
  await vi.advanceTimersByTimeAsync(3_000);
  vi.useRealTimers();
  expect(await text(answer)).toBe('kept /mobile');
});

test('a cached asset needs no network; another one is fetched and cached', async () => {
  expect(await text(fetched('/assets/a.js', offline))).toBe('kept /assets/a.js');
  const basic = () => Promise.resolve(Object.defineProperty(new Response('b'), 'type', { value: 'basic' }));
  expect(await text(fetched('/assets/b.js', basic))).toBe('b');
  expect(await text(fetched('/assets/b.js', offline))).toBe('b');
});

test.each([
  ['the API', '/api/medtech/session/token/x', {}],
  ['another page', '/doctor', { mode: 'navigate' }],
  ['a PUT', '/assets/a.js', { method: 'PUT' }],
  ['another origin', 'https://s3.test/assets/a.js', {}],
])('%s is none of its business', (_, path, init) => {
  expect(fetched(path, offline, init)).toBeUndefined();
});
