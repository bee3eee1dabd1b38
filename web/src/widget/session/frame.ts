/**
 * The engine, in a frame of the edge's origin that is not shown: a page may not start another origin's worker, and the
 * engine is not to reach the host page.
 */

import type { Command, Message } from '../../contract/engine';
import type { EngineFailure } from './api';

/** What the engine says, or why it does not run. */
export type EngineEvent = Message | { type: 'failed'; code: EngineFailure };

/** How long the frame may take to load before the page is taken to forbid it. */
const PATIENCE_MS = 20_000;

export class EngineFrame {
  readonly #frame = document.createElement('iframe');
  readonly #channel = new MessageChannel();
  readonly #address: string;
  readonly #late: ReturnType<typeof setTimeout>;

  constructor(
    origin: string,
    private readonly onEvent: (event: EngineEvent) => void,
  ) {
    this.#address = `${origin}/frame`;
    const { port1: here, port2: there } = this.#channel;
    here.onmessage = ({ data }: MessageEvent<EngineEvent | { type: 'here' }>) => {
      clearTimeout(this.#late);
      if (data.type !== 'here') onEvent(data);
    };
    this.#frame.src = this.#address;
    this.#frame.hidden = true;
    this.#frame.title = 'Photobridge';
    this.#frame.referrerPolicy = 'no-referrer';
    this.#frame.onload = () => {
      this.#frame.onload = null;
      // Only a page of the edge gets it, not one that was loaded in its place.
      this.#frame.contentWindow?.postMessage('photobridge', origin, [there]);
    };
    document.addEventListener('securitypolicyviolation', this.#violated);
    this.#late = setTimeout(() => this.#fail(), PATIENCE_MS);
    document.body.append(this.#frame);
  }

  send(command: Command): void {
    this.#channel.port1.postMessage(command);
  }

  close(): void {
    clearTimeout(this.#late);
    document.removeEventListener('securitypolicyviolation', this.#violated);
    this.#channel.port1.close();
    this.#frame.remove();
  }

  readonly #violated = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective === 'frame-src' && this.#address.startsWith(blockedURI)) this.#fail();
  };

  #fail(): void {
    this.onEvent({ type: 'failed', code: 'engine_failed' });
  }
}
