/** What the service worker does, apart from the worker. */

const PAGE = '/mobile';

const PREFIX = 'photobridge-';
/** How long the network may take for the page before the kept one is shown. */
const PATIENCE_MS = 2_500;

export async function onInstall(caches: CacheStorage, name: string, files: readonly string[]): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll(files.map((file) => new Request(file, { credentials: 'omit' })));
}

export async function onActivate(caches: CacheStorage, name: string): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
}

/** The answer for a request, or undefined for what is none of the worker's business. */
export function onFetch(
  caches: CacheStorage,
  name: string,
  request: Request,
  origin: string,
  fetchNow: typeof fetch = fetch,
): Promise<Response> | undefined {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== origin) return undefined;
  if (request.mode === 'navigate') return url.pathname === PAGE ? page(caches, name, request, fetchNow) : undefined;
  if (/^\/(assets|icons)\//.test(url.pathname)) return asset(caches, name, request, fetchNow);
  return undefined;
}

/**
 * The page is the newest that the network gives in time; without it, the kept one. Kept under its bare
 * path, never with a code.
 */
async function page(caches: CacheStorage, name: string, request: Request, fetchNow: typeof fetch): Promise<Response> {
  const kept = await caches.open(name).then((cache) => cache.match(PAGE));
  const fresh = fetchNow(request);
  if (!kept) return fresh;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE_MS));
  return Promise.race([
    fresh.then((response) => (response.ok ? response : kept.clone())).catch(() => kept.clone()),
    late,
  ]);
}

/** Names of assets change with their content: what is kept is right. */
async function asset(caches: CacheStorage, name: string, request: Request, fetchNow: typeof fetch): Promise<Response> {
  const cache = await caches.open(name);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetchNow(request);
  if (response.ok && response.type === 'basic') await cache.put(request, response.clone());
  return response;
}
