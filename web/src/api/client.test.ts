import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { ExchangeRequest } from '../contract/api';
import { ApiError, exchangeCode, exchangeToken, listImages } from './client';

const sample = (name: string) => readFileSync(new URL(`../../../shared/testdata/${name}`, import.meta.url), 'utf8');

afterEach(() => vi.unstubAllGlobals());

function answer(body: string, init: ResponseInit = {}) {
  const calls: Request[] = [];
  vi.stubGlobal('fetch', (url: string, options: RequestInit) => {
    calls.push(new Request(new URL(url, 'https://edge.test'), options));
    return Promise.resolve(new Response(body, init));
  });
  return calls;
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`);
  return error;
}

test('the QR token is exchanged for the grant of the wire sample', async () => {
  const calls = answer(sample('grant.json'));
  const grant = await exchangeToken('', 'a b');
  expect(grant).toMatchObject({ patientLabel: 'Test Patient A' });
  expect(new URL(calls[0]!.url).pathname).toBe('/api/medtech/session/token/a%20b');
  expect(calls[0]!.headers.get('Authorization')).toBeNull();
});

test('a typed code goes in the body, never in the URL', async () => {
  const calls = answer(sample('grant.json'));
  const { typedCode } = JSON.parse(sample('exchange-request.json')) as ExchangeRequest;
  await exchangeCode('', typedCode);
  expect(calls[0]).toMatchObject({ method: 'POST', url: 'https://edge.test/api/medtech/session/token' });
  expect(await calls[0]!.json()).toEqual({ typedCode });
});

test('the list is asked for with the token in a header, never in the URL', async () => {
  const calls = answer(sample('list-response.json'));
  const list = await listImages('https://edge.test', 'enc-1001', 'secret');
  expect(list.images.length).toBeGreaterThan(0);
  expect(calls[0]!.headers.get('Authorization')).toBe('Bearer secret');
  expect(calls[0]!.url).not.toContain('secret');
});

test('a problem keeps its code, sentence, request id and Retry-After', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Too Many Requests',
    status: 429,
    code: 'rate_limited',
    detail: 'Wait a moment.',
    requestId: 'r-1',
  };
  answer(JSON.stringify(problem), {
    status: 429,
    headers: { 'Retry-After': '7', 'Content-Type': 'application/problem+json' },
  });
  const error = await failure(exchangeToken('', 't'));
  expect(error).toMatchObject({
    code: 'rate_limited',
    message: 'Wait a moment.',
    status: 429,
    requestId: 'r-1',
    retryAfter: 7,
    retryable: true,
  });
});

test('a problem says whether a desktop ended the session', async () => {
  const problem = { type: 'about:blank', title: 'Not Found', status: 404, code: 'session_expired', detail: 'Over.' };
  for (const ended of [true, false]) {
    answer(JSON.stringify({ ...problem, requestId: 'r-1', ...(ended ? { ended } : {}) }), { status: 404 });
    expect(await failure(exchangeToken('', 't'))).toMatchObject({ code: 'session_expired', ended });
  }
});

test.each([
  [401, 'unauthorized', false],
  [403, 'forbidden', false],
  [404, 'token_invalid', false],
  [502, 'upstream_unavailable', true],
  [500, 'internal', true],
  [418, 'bad_request', false],
])("a proxy's own %i page becomes %s", async (status, code, retryable) => {
  answer('<html>', { status });
  expect(await failure(exchangeToken('', 't'))).toMatchObject({ code, status, retryable });
});

test('no answer and half an answer are both a network error', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect(await failure(exchangeToken('', 't'))).toMatchObject({ code: 'network', status: 0, retryable: true });
  answer('{"encounterId":');
  expect(await failure(exchangeToken('', 't'))).toMatchObject({ code: 'network' });
});
