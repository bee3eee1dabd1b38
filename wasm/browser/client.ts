/**
 * The phone engine, as the page sees it: commands go in, messages come out.
 * The engine lives in a worker, which a phone may end at any time; a dead one
 * is replaced, and the new one is told what the old one knew.
 */

import type { Command, Message } from '../../web/src/contract/engine';
import { CommandLog } from './log';
import type { WorkerMessage } from './worker';

export interface Engine {
  send(command: Command): void;
  stop(): void;
}

/** After so many short lives in a row, it cannot run here. */
const MAX_DEATHS = 5;
const SHORT_LIFE_MS = 5_000;
const FIRST_WAIT_MS = 200;

/** Starts the engine; commands sent before it is ready are kept. */
export function startEngine(onMessage: (message: Message) => void): Engine {
  return new Supervisor(onMessage);
}

class Supervisor implements Engine {
  readonly #log = new CommandLog();
  #worker: Worker | undefined;
  #watch: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ready = false;
  #deaths = 0;
  #born = 0;
  /** The photo in the compressor's hands, and whether an engine died over it before. */
  #compressing: string | undefined;
  #suspect: string | undefined;

  constructor(private readonly onMessage: (message: Message) => void) {
    this.#start();
  }

  send(command: Command): void {
    this.#log.record(command);
    if (this.#ready) this.#worker?.postMessage(command);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#end();
  }

  #start(): void {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => this.#receive(data);
    worker.onerror = () => this.#died();
    this.#worker = worker;
    this.#born = Date.now();
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'alive':
        this.#watchOver(message.lock);
        return;
      case 'ended':
        this.#died();
        return;
      case 'ready':
        this.#ready = true;
        for (const command of this.#log.commands()) this.#worker?.postMessage(command);
        break;
      case 'snapshot':
        this.#compressing = message.snapshot.photos.find((photo) => photo.state === 'compressing')?.id;
        this.#log.observe(message.snapshot);
        break;
      case 'fatal':
        this.#end();
        break;
      case 'preview':
        break;
    }
    this.onMessage(message);
  }

  /** The worker holds a lock for as long as it lives: whoever gets it next knows. */
  #watchOver(lock: string): void {
    const watch = (this.#watch = new AbortController());
    navigator.locks.request(lock, { signal: watch.signal }, () => this.#died()).catch(() => undefined); // stopped watching
  }

  #died(): void {
    const id = this.#compressing;
    this.#end();
    if (id !== undefined && id === this.#suspect) this.#log.refuse(id, 'out_of_memory');
    this.#suspect = id;
    this.#compressing = undefined;
    this.#deaths = Date.now() - this.#born < SHORT_LIFE_MS ? this.#deaths + 1 : 1;
    if (this.#deaths > MAX_DEATHS) {
      this.onMessage({ type: 'fatal', detail: 'The photo engine keeps stopping on this phone.' });
      return;
    }
    this.#timer = setTimeout(() => this.#start(), FIRST_WAIT_MS * 2 ** (this.#deaths - 1));
  }

  #end(): void {
    this.#ready = false;
    this.#watch?.abort();
    this.#watch = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
