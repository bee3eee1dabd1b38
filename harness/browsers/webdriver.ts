/** The part of W3C WebDriver (https://www.w3.org/TR/webdriver2/) that driving a page needs. */

import { setTimeout as sleep } from 'node:timers/promises';
import { callOf, STEP_LIMIT_MS, type Driver, type Launch } from './driver.ts';
import { encode, find, type Sight } from './sight.ts';

/** A driver that is stuck, such as one without a display, never responds. */
const ANSWER_LIMIT_MS = 30_000;
const POLL_MS = 100;
/** The key under which an element's reference is sent (12.3). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
type Reference = Record<typeof ELEMENT, string>;

/** The result of a page that is still moving. */
const PASSING = new Set([
  'no such element',
  'stale element reference',
  'element not interactable',
  'element click intercepted',
]);

/** Runs in the page: scrolls an element into view. Returns its middle, or -1 if something covers it. */
const middleOnTop = `
  arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });
  const { left, top, width, height } = arguments[0].getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  let hit = document.elementFromPoint(x, y);
  for (let inner; (inner = hit?.shadowRoot?.elementFromPoint(x, y)) && inner !== hit; hit = inner);
  return arguments[0].contains(hit) || (hit && hit.control === arguments[0]) ? [x, y] : [-1, -1];`;

/** Runs in the page: returns the option of a list with this text. */
const optionOf = 'return [...arguments[0].options].find(({ text }) => text === arguments[1]) ?? null';

export class WebDriverError extends Error {
  /** One of the specification's error codes (6.6). */
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'WebDriverError';
    this.code = code;
  }
}

/** Opens a session with the driver at an origin. */
export async function openSession(
  driver: string,
  capabilities: Record<string, unknown>,
  viewport: Launch['viewport'],
): Promise<Driver> {
  const { sessionId } = await call<{ sessionId: string }>('POST', `${driver}/session`, {
    capabilities: { alwaysMatch: capabilities },
  });
  const session = `${driver}/session/${sessionId}`;
  const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', session + path, body);
  const run = <T>(body: string, ...args: unknown[]): Promise<T> =>
    post('/execute/sync', { script: `const find = ${find.toString()}; ${body}`, args });
  const one = async (sight: Sight): Promise<string> => {
    const found = await run<Reference | null>('return find(arguments[0])[0] ?? null', encode(sight));
    if (found === null)
      throw new WebDriverError('no such element', `nothing is a ${sight.kind} that says ${String(sight.says)}`);
    return found[ELEMENT];
  };
  await post('/window/rect', viewport);
  return {
    open: (url) => post('/url', { url }),
    look: (sight) => run('return find(arguments[0]).map((element) => element.textContent.trim())', encode(sight)),
    press: (sight) =>
      retry(async () => {
        const element = { [ELEMENT]: await one(sight) };
        const [x, y] = await run<[number, number]>(middleOnTop, element);
        await sleep(POLL_MS);
        const [nowX, nowY] = await run<[number, number]>(middleOnTop, element);
        if (x !== nowX || y !== nowY)
          throw new WebDriverError(
            'element not interactable',
            `the ${sight.kind} that says ${String(sight.says)} is moving`,
          );
        if (x < 0)
          throw new WebDriverError(
            'element click intercepted',
            `the ${sight.kind} that says ${String(sight.says)} is covered`,
          );
        // Not the command for clicks: it scrolls once more, and presses where the element was before.
        await post('/actions', {
          actions: [
            {
              type: 'pointer',
              id: 'mouse',
              parameters: { pointerType: 'mouse' },
              actions: [
                { type: 'pointerMove', origin: 'viewport', duration: 0, x: Math.round(x), y: Math.round(y) },
                { type: 'pointerDown', button: 0 },
                { type: 'pointerUp', button: 0 },
              ],
            },
          ],
        });
      }),
    type: (sight, text) =>
      retry(async () => {
        const element = await one(sight);
        await post(`/element/${element}/clear`);
        await post(`/element/${element}/value`, { text });
      }),
    pick: (sight, option) =>
      retry(async () => {
        const list = { [ELEMENT]: await one(sight) };
        const found = await run<Reference | null>(optionOf, list, option);
        if (found === null) throw new WebDriverError('no such element', `no option says ${option}`);
        await post(`/element/${found[ELEMENT]}/click`);
      }),
    choose: (selector, files) =>
      retry(async () => {
        const input = await post<Reference>('/element', { using: 'css selector', value: selector });
        await post(`/element/${input[ELEMENT]}/value`, { text: files.join('\n') });
      }),
    run: (does, argument) => runLater(post, callOf(does, argument)),
    screenshot: async () => Buffer.from(await call<string>('GET', `${session}/screenshot`), 'base64'),
    close: () => call('DELETE', session),
  };
}

/** Runs a call in the page, and resolves with its result. */
async function runLater<T>(post: <R>(path: string, body: unknown) => Promise<R>, call: string): Promise<T> {
  const outcome = await post<{ value?: T; failed?: string }>('/execute/async', {
    script: `const done = arguments[0];
      Promise.resolve(${call}).then((value) => done({ value }), (error) => done({ failed: String(error) }));`,
    args: [],
  });
  if (outcome.failed !== undefined) throw new Error(outcome.failed);
  return outcome.value as T;
}

/** Waits until a driver listens at an origin. */
export function untilReady(driver: string): Promise<void> {
  return retry(async () => {
    const { ready } = await call<{ ready: boolean }>('GET', `${driver}/status`);
    if (!ready) throw new TypeError(`the driver at ${driver} is busy`);
  });
}

/** @throws WebDriverError if the driver refuses, TypeError if nothing listens */
async function call<T>(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value as T;
  const { error, message } = value as { error: string; message: string };
  throw new WebDriverError(error, message);
}

/** Retries while the page or a starting driver is not ready yet. */
async function retry<T>(attempt: () => Promise<T>, limitMs = STEP_LIMIT_MS): Promise<T> {
  for (const deadline = Date.now() + limitMs; ; await sleep(POLL_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const passing = error instanceof WebDriverError ? PASSING.has(error.code) : error instanceof TypeError;
      if (!passing || Date.now() > deadline) throw error;
    }
  }
}
