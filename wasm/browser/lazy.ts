/**
 * The engine as the page uses it: loaded after the first paint, tried again
 * while the network is bad, replaced by the plain way where it cannot run.
 */

import type { Command, Message } from '../../web/src/contract/engine';

export interface Engine {
  send(command: Command): void;
  stop(): void;
}

export type Start = (onMessage: (message: Message) => void) => Engine;

/** Fetches a way to send photos. Rejects when the network fails. */
export interface Loaders {
  /** The engine: WebAssembly in a worker. */
  full(): Promise<Start>;
  /** One pass of the browser's own encoder, no journal. */
  plain(): Promise<Start>;
}

export type EngineEvent =
  | Exclude<Message, { type: 'ready' | 'fatal' }>
  | { type: 'ready'; plain: boolean }
  /** It could not be loaded; `load` may be called again. */
  | { type: 'unloadable' };

const TRIES = 4;
const FIRST_WAIT_MS = 500;

export class LazyEngine {
  #engine: Engine | null = null;
  #loading = false;
  #ready = false;
  /** All commands until the engine is known to run: another one may have to take over. */
  #sent: Command[] = [];

  constructor(
    private readonly loaders: Loaders,
    private readonly onEvent: (event: EngineEvent) => void,
  ) {}

  send(command: Command): void {
    if (!this.#ready) this.#sent.push(command);
    this.#engine?.send(command);
  }

  /** Loads and starts the engine once. */
  async load(): Promise<void> {
    await this.#start(typeof WebAssembly === 'undefined');
  }

  async #start(plain: boolean): Promise<void> {
    if (this.#engine || this.#loading) return;
    this.#loading = true;
    try {
      const start = await persistently(plain ? this.loaders.plain : this.loaders.full);
      this.#engine = start((message) => this.#receive(message, plain));
      for (const command of this.#sent) this.#engine.send(command);
    } catch {
      this.onEvent({ type: 'unloadable' });
    } finally {
      this.#loading = false;
    }
  }

  #receive(message: Message, plain: boolean): void {
    if (message.type === 'ready') {
      this.#ready = true;
      this.#sent = [];
      this.onEvent({ type: 'ready', plain });
    } else if (message.type !== 'fatal') {
      this.onEvent(message);
    } else {
      this.#engine?.stop();
      this.#engine = null;
      if (plain || this.#ready) this.onEvent({ type: 'unloadable' });
      else void this.#start(true);
    }
  }
}

async function persistently(load: () => Promise<Start>): Promise<Start> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
    }
  }
}
