/**
 * The engine, as the page sees it: commands go in, events come out. The engine
 * lives in a worker, which a phone may end at any time. The client then starts
 * another one and replays its command log.
 */

import type { Command, Message } from '../../web/src/contract/engine';
import { CommandLog } from './log';
import type { EngineEvent, EngineFailure, WorkerMessage } from './messages';

/** So many short lives in a row mean that it cannot run here. */
const MAX_DEATHS = 5;
const SHORT_LIFE_MS = 5_000;
const FIRST_WAIT_MS = 200;

export class Engine {
  readonly #log = new CommandLog();
  #worker: Worker | undefined;
  #watch: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #ready = false;
  #wasReady = false;
  #deaths = 0;
  #born = 0;
  /** The photo that is being compressed, of any session, and the one over which an engine died before. */
  #compressing: string | undefined;
  #suspect: string | undefined;

  constructor(
    private readonly onEvent: (event: EngineEvent) => void,
    private readonly makeWorker: () => Worker = startWorker,
  ) {}

  /** Records a command, and passes it on at once when the engine is ready. */
  send(command: Command): void {
    this.#log.record(command);
    if (this.#ready) this.#worker?.postMessage(command);
  }

  /** Starts the engine; after a failure, starts it again with everything that it was sent. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#deaths = 0;
    this.#spawn();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#end();
  }

  #spawn(): void {
    this.#born = Date.now();
    this.#wasReady = false;
    try {
      const worker = this.makeWorker();
      worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => this.#receive(data);
      worker.onerror = () => this.#died();
      this.#worker = worker;
    } catch {
      this.#fail('engine_unsupported');
    }
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'alive':
        this.#watchOver(message.lock);
        return;
      case 'ended':
        this.#died();
        return;
      case 'failed':
        this.#fail(message.code);
        return;
      case 'ready':
        this.#replay();
        break;
      case 'snapshot':
        this.#observe(message);
        break;
      case 'loading':
      case 'preview':
        break;
    }
    this.onEvent(message);
  }

  #replay(): void {
    this.#ready = this.#wasReady = true;
    for (const command of this.#log.commands()) this.#worker?.postMessage(command);
  }

  #observe({ snapshot }: Extract<Message, { type: 'snapshot' }>): void {
    this.#compressing = snapshot.compressing;
    this.#log.observe(snapshot);
  }

  /** The worker holds a Web Lock while it is alive. Acquiring the lock here means that the worker died. */
  #watchOver(lock: string): void {
    const watch = (this.#watch = new AbortController());
    // Stopped watching
    navigator.locks.request(lock, { signal: watch.signal }, () => this.#died()).catch(() => undefined);
  }

  #died(): void {
    if (!this.#worker) return;
    const id = this.#compressing;
    this.#end();
    if (id !== undefined && id === this.#suspect) this.#log.refuse(id, 'out_of_memory');
    this.#suspect = id;
    this.#compressing = undefined;
    this.#deaths = Date.now() - this.#born < SHORT_LIFE_MS ? this.#deaths + 1 : 1;
    if (this.#deaths > MAX_DEATHS) this.#fail(this.#wasReady ? 'engine_stopped' : 'engine_failed');
    else this.#timer = setTimeout(() => this.#spawn(), FIRST_WAIT_MS * 2 ** (this.#deaths - 1));
  }

  #fail(code: EngineFailure): void {
    this.stop();
    this.onEvent({ type: 'failed', code });
  }

  #end(): void {
    this.#ready = false;
    this.#watch?.abort();
    this.#watch = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}
