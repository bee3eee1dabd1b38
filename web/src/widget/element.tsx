/**
 * `<photobridge-widget api-base launch-token locale>`: the photos of one
 * encounter inside a practice system's page.
 *
 * Events (all bubble and cross shadow roots):
 * - `photobridge-image`: `{ image: WidgetImage }`, once its bytes are here
 * - `photobridge-status`: `{ status, connection, phoneConnected }`
 * - `photobridge-error`: `{ code, detail }`
 */

import { render } from 'preact';
import type { WidgetImage } from './image';
import styles from './style.css?inline';
import { createSessionSync, type SessionState, type SessionSync } from './sync';
import { Widget } from './Widget';
import { wordsFor } from './words';

export type LaunchToken = string | (() => Promise<string>);

export interface PhotobridgeEventMap {
  'photobridge-image': CustomEvent<{ image: WidgetImage }>;
  'photobridge-status': CustomEvent<{ status: SessionState['status']; connection: SessionState['connection']; phoneConnected: boolean }>;
  'photobridge-error': CustomEvent<NonNullable<SessionState['problem']>>;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

export class PhotobridgeWidget extends HTMLElement {
  static readonly observedAttributes = ['api-base', 'launch-token', 'locale'];
  readonly #root = this.attachShadow({ mode: 'open' });
  #launchToken: LaunchToken | undefined;
  #sync: SessionSync | undefined;
  #restarting = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
  }

  /** A launch token, or a function that gets one. Setting it opens that encounter's session. */
  get launchToken(): LaunchToken | undefined {
    return this.#launchToken ?? this.getAttribute('launch-token') ?? undefined;
  }

  set launchToken(token: LaunchToken | undefined) {
    this.#launchToken = token;
    this.#restart();
  }

  /** The session's photos, in the order in which they were confirmed. */
  get images(): readonly WidgetImage[] {
    return this.#sync?.store.getState().images ?? [];
  }

  connectedCallback(): void {
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#restart();
  }

  /** Several changes at once make one restart; the old encounter is gone at once. */
  #restart(): void {
    this.#stop();
    if (this.#restarting) return;
    this.#restarting = true;
    queueMicrotask(() => {
      this.#restarting = false;
      if (this.isConnected) this.#start();
    });
  }

  #start(): void {
    const launchToken = this.launchToken;
    if (launchToken === undefined) return;
    const sync = createSessionSync({ apiBase: (this.getAttribute('api-base') ?? '').replace(/\/$/, ''), launchToken });
    this.#sync = sync;
    sync.store.subscribe((state, before) => {
      if (this.#sync === sync) this.#announce(state, before);
    });
    const words = wordsFor(this.getAttribute('locale') ?? navigator.language);
    render(<Widget key={crypto.getRandomValues(new Uint32Array(1))[0]} sync={sync} words={words} />, this.#root);
  }

  #stop(): void {
    this.#sync?.close();
    this.#sync = undefined;
    render(null, this.#root);
  }

  #announce(state: SessionState, before: SessionState): void {
    for (const image of state.images) {
      if (image.file && !before.images.some(({ id, file }) => id === image.id && file)) this.#emit('photobridge-image', { image });
    }
    if (state.status !== before.status || state.connection !== before.connection || state.phoneConnectedAt !== before.phoneConnectedAt) {
      this.#emit('photobridge-status', { status: state.status, connection: state.connection, phoneConnected: state.phoneConnectedAt !== null });
    }
    if (state.problem && state.problem !== before.problem) this.#emit('photobridge-error', state.problem);
  }

  #emit<Name extends keyof PhotobridgeEventMap>(name: Name, detail: PhotobridgeEventMap[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
