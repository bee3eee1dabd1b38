/** The messages between the engine's client and its worker, and from the client to the page. */

import type { Message } from '../../web/src/contract/engine';

/** Why the engine does not run. */
export type EngineFailure =
  /** The browser has no WebAssembly, or not enough of it. */
  | 'engine_unsupported'
  /** It could not be loaded; it may work later. */
  | 'engine_failed'
  /** It runs, and ends again and again. */
  | 'engine_stopped';

export interface Failed {
  type: 'failed';
  code: EngineFailure;
}

/** What the page hears. */
export type EngineEvent = Message | Failed;

/** What the worker posts beside the engine's own messages. */
export type WorkerMessage =
  | EngineEvent
  /** It holds this Web Lock until it dies. */
  | { type: 'alive'; lock: string }
  /** The Go program ended, which it never does by itself. */
  | { type: 'ended' };
