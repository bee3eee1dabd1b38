import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Command, Snapshot } from '../../web/src/contract/engine';
import { Engine } from './client';
import type { EngineEvent, WorkerMessage } from './messages';

/** A worker that notes what it is sent; the test posts for it, and ends it. */
class FakeWorker {
  readonly received: Command[] = [];
  terminated = false;
  onmessage: ((event: { data: WorkerMessage }) => void) | null = null;
  onerror: (() => void) | null = null;

  postMessage(command: Command): void {
    this.received.push(command);
  }

  terminate(): void {
    this.terminated = true;
  }

  post(message: WorkerMessage): void {
    this.onmessage?.({ data: message });
  }
}

const READY: WorkerMessage = { type: 'ready', version: '1' };
const add = (id: string): Command => ({ type: 'add', id, name: id, source: 'camera', file: new Blob() });
const online: Command = { type: 'lifecycle', visible: true, online: true };

function compressing(id: string, shown = true): WorkerMessage {
  const photos = shown ? [{ id, state: 'compressing' }] : [];
  return { type: 'snapshot', snapshot: { photos, imageCount: 0, compressing: id } as unknown as Snapshot };
}

function client() {
  const workers: FakeWorker[] = [];
  const events: EngineEvent[] = [];
  const engine = new Engine(
    (event) => events.push(event),
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
  );
  return { engine, events, workers, last: () => workers.at(-1) ?? new FakeWorker() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('commands before the engine is ready wait in the log; later ones go straight on', () => {
  const { engine, last } = client();
  engine.send(add('a'));
  engine.start();
  engine.send(add('b'));
  expect(last().received).toEqual([]);
  last().post(READY);
  engine.send(online);
  expect(last().received).toEqual([add('a'), add('b'), online]);
});

test('an engine that dies is replaced, and the new one is sent what the old one knew', () => {
  const { engine, events, workers, last } = client();
  engine.start();
  last().post(READY);
  engine.send(add('a'));
  last().post({ type: 'ended' });
  expect(workers[0]?.terminated).toBe(true);
  vi.runAllTimers();
  last().post(READY);
  expect(workers).toHaveLength(2);
  expect(last().received).toEqual([add('a')]);
  expect(events).toEqual([READY, READY]);
});

test.each([
  ['of the shown patient', true],
  ['of another patient', false],
])('a photo %s over which two engines died is refused by the third', (_, shown) => {
  const { engine, last } = client();
  engine.send(add('a'));
  engine.start();
  for (let life = 1; life <= 2; life++) {
    last().post(READY);
    last().post(compressing('a', shown));
    last().post({ type: 'ended' });
    vi.runAllTimers();
  }
  last().post(READY);
  expect(last().received).toEqual([{ ...add('a'), refused: 'out_of_memory' }]);
});

test.each([
  ['never got ready', false, 'engine_failed'],
  ['was ready each time', true, 'engine_stopped'],
] as const)('an engine that keeps dying and %s fails, once; another start tries again', (_, ready, code) => {
  const { engine, events, workers, last } = client();
  engine.send(add('a'));
  engine.start();
  for (let life = 1; life <= 6; life++) {
    if (ready) last().post(READY);
    last().onerror?.();
    last().onerror?.();
    vi.runAllTimers();
  }
  expect(events.filter((event) => event.type === 'failed')).toEqual([{ type: 'failed', code }]);
  expect(workers).toHaveLength(6);
  engine.start();
  last().post(READY);
  expect(workers).toHaveLength(7);
  expect(last().received, 'nothing of what was chosen is lost').toEqual([add('a')]);
  last().post({ type: 'ended' });
  vi.runAllTimers();
  expect(workers, 'earlier deaths count no more').toHaveLength(8);
});

test('a long life makes up for earlier deaths', () => {
  const { engine, events, workers, last } = client();
  engine.start();
  for (let life = 1; life <= 20; life++) {
    vi.advanceTimersByTime(60_000);
    last().post({ type: 'ended' });
    vi.runAllTimers();
  }
  expect(workers).toHaveLength(21);
  expect(events).toEqual([]);
});

test('what the worker cannot do is passed on, and the worker ended', () => {
  const { engine, events, workers, last } = client();
  engine.start();
  last().post({ type: 'failed', code: 'engine_unsupported' });
  vi.runAllTimers();
  expect(events).toEqual([{ type: 'failed', code: 'engine_unsupported' }]);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true]);
});

test('a browser that starts no worker is not asked again', () => {
  const events: EngineEvent[] = [];
  const engine = new Engine(
    (event) => events.push(event),
    () => {
      throw new Error('not allowed');
    },
  );
  engine.start();
  vi.runAllTimers();
  expect(events).toEqual([{ type: 'failed', code: 'engine_unsupported' }]);
});

test('a stopped engine starts no other', () => {
  const { engine, workers, last } = client();
  engine.start();
  last().post({ type: 'ended' });
  engine.stop();
  vi.runAllTimers();
  expect(workers).toHaveLength(1);
});
