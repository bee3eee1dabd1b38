import { afterEach, expect, test, vi } from 'vitest';
import type { Command, Message } from '../../web/src/contract/engine';
import { LazyEngine, type EngineEvent, type Loaders, type Start } from './lazy';

/** An engine that notes its commands and says what the test wants. */
function fake(first: Message[]) {
  const engine = { commands: [] as Command[], stopped: false, say: (_: Message) => {} };
  const start: Start = (onMessage) => {
    engine.say = onMessage;
    queueMicrotask(() => first.forEach(onMessage));
    return { send: (command) => engine.commands.push(command), stop: () => (engine.stopped = true) };
  };
  return { engine, start };
}

const upload: Command = { type: 'upload' };
const pause: Command = { type: 'pause' };

function lazy(loaders: Partial<Loaders>) {
  const events: EngineEvent[] = [];
  const missing = () => Promise.reject(new Error('not expected'));
  return {
    events,
    engine: new LazyEngine({ full: missing, plain: missing, ...loaders }, (event) => events.push(event)),
  };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('commands before the engine is there are kept, in order', async () => {
  const full = fake([{ type: 'ready', version: '1' }]);
  const { engine, events } = lazy({ full: async () => full.start });
  engine.send(upload);
  await engine.load();
  engine.send(pause);
  expect(full.engine.commands).toEqual([upload, pause]);
  await vi.waitFor(() => expect(events).toEqual([{ type: 'ready', plain: false }]));
});

test('an engine that cannot run here hands everything over to the plain way', async () => {
  const full = fake([{ type: 'fatal', detail: 'no worker' }]);
  const plain = fake([{ type: 'ready', version: 'plain' }]);
  const { engine, events } = lazy({ full: async () => full.start, plain: async () => plain.start });
  engine.send(upload);
  await engine.load();
  engine.send(pause);
  await vi.waitFor(() => expect(events).toEqual([{ type: 'ready', plain: true }]));
  expect(full.engine.stopped).toBe(true);
  expect(plain.engine.commands).toEqual([upload, pause]);
});

test('without WebAssembly the engine is not even fetched', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const plain = fake([{ type: 'ready', version: 'plain' }]);
  const { engine, events } = lazy({ plain: async () => plain.start });
  await engine.load();
  await vi.waitFor(() => expect(events).toEqual([{ type: 'ready', plain: true }]));
});

test('where neither can run, that is said', async () => {
  const fatal = fake([{ type: 'fatal', detail: '' }]);
  const { engine, events } = lazy({ full: async () => fatal.start, plain: async () => fatal.start });
  await engine.load();
  await vi.waitFor(() => expect(events).toEqual([{ type: 'unloadable' }]));
});

test('a bad network is tried again, a dead one is told and may be tried later', async () => {
  vi.useFakeTimers();
  const full = fake([{ type: 'ready', version: '1' }]);
  let tries = 0;
  const { engine, events } = lazy({
    full: async () => {
      tries++;
      if (tries <= 4) throw new TypeError('Failed to fetch');
      return full.start;
    },
  });
  engine.send(upload);
  const first = engine.load();
  await vi.runAllTimersAsync();
  await first;
  expect({ tries, events }).toEqual({ tries: 4, events: [{ type: 'unloadable' }] });
  await engine.load();
  await vi.runAllTimersAsync();
  expect(full.engine.commands).toEqual([upload]);
  expect(events.at(-1)).toEqual({ type: 'ready', plain: false });
});
