import { expect, test, vi } from 'vitest';
import { deliver } from './letters.mjs';

const letter = { url: 'https://ably.example/channels/c/messages', headers: { Accept: 'application/json' }, body: '{}' };

test.each([
  ['it works', [], 201, 1, []],
  ['it works the second time', [503], 201, 2, [100]],
  ['no connection, then too many requests', ['TypeError', 429], 201, 3, [100, 300]],
  ['it is down', [500, 502, 503, 504], 503, 3, [100, 300]],
  ['it refuses', [401], 401, 1, []],
])('%s', async (_, replies, result, tries, pauses) => {
  const asked = [];
  const slept = [];
  const send = async (url, init) => {
    asked.push([url, init.method, init.body]);
    const reply = replies[asked.length - 1] ?? 201;
    if (typeof reply === 'string') throw Object.assign(new Error('x'), { name: reply });
    return new Response('{}', { status: reply });
  };
  expect(await deliver(send, letter, async (ms) => void slept.push(ms))).toBe(result);
  expect(asked).toEqual(Array.from({ length: tries }, () => [letter.url, 'POST', '{}']));
  expect(slept).toEqual(pauses);
});

test('what hangs is given up after three seconds', async () => {
  vi.useFakeTimers();
  const send = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const delivered = deliver(send, letter);
  await vi.advanceTimersByTimeAsync(2999);
  await vi.advanceTimersByTimeAsync(1);
  expect(await delivered).toBe('AbortError');
  vi.useRealTimers();
});
