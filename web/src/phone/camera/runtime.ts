/** Carries out the camera's effects. The page has one of these, so that it can never hold two streams. */

import { preferLens, preferredLens } from '../storage';
import { initialCamera, step, type CameraEffect, type CameraEvent, type CameraState } from './machine';
import { LiveCamera, onFrame } from './stream';

/** Takes a photo, with the time when the shutter was pressed. */
export type Deliver = (photo: Blob, at: Date) => void;

/** What the sheet shows. */
export interface CameraView {
  state: CameraState;
  /** The open camera, for its torch and zoom. */
  device: LiveCamera | null;
}

class CameraRuntime {
  #state = initialCamera;
  #device: LiveCamera | null = null;
  #video: HTMLVideoElement | null = null;
  #unwatch: () => void = () => undefined;
  #deliver: Deliver = () => undefined;
  #render: (view: CameraView) => void = () => undefined;

  /** Opens the camera while the page is seen. It returns what closes it. */
  open(render: (view: CameraView) => void): () => void {
    this.#render = render;
    const look = () => this.dispatch({ type: 'visible', visible: isVisible() });
    document.addEventListener('visibilitychange', look);
    this.dispatch({ type: 'open', visible: isVisible(), lens: preferredLens() });
    return () => {
      document.removeEventListener('visibilitychange', look);
      this.#render = () => undefined;
      this.dispatch({ type: 'close' });
    };
  }

  get view(): CameraView {
    return { state: this.#state, device: this.#device };
  }

  /** The element that shows what the lens sees; null: there is none. */
  readonly showIn = (video: HTMLVideoElement | null): void => {
    this.#video = video;
    if (!video) return;
    video.srcObject = this.#device?.stream ?? null;
    if (this.#device) this.#watch();
  };

  /** Takes a photo if there is something to be seen. */
  shoot(deliver: Deliver): void {
    this.#deliver = deliver;
    this.dispatch({ type: 'shutter' });
  }

  readonly dispatch = (event: CameraEvent): void => {
    const [next, effects] = step(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#carryOut(effect);
    this.#render(this.view);
  };

  #carryOut(effect: CameraEffect): void {
    switch (effect.do) {
      case 'ask':
        void this.#ask(effect.lens);
        break;
      case 'stop':
        this.#hold(null);
        break;
      case 'watch':
        this.#watch();
        break;
      case 'shoot':
        void this.#shoot(this.#deliver);
        break;
    }
  }

  async #ask(lens: string | null): Promise<void> {
    let device: LiveCamera | undefined;
    try {
      device = await LiveCamera.open(lens, {
        ended: () => this.#ended(),
        muted: (muted) => this.dispatch({ type: 'muted', muted }),
      });
      const lenses = await LiveCamera.lenses();
      this.#hold(device);
      this.dispatch({ type: 'opened', lens: device.lens, lenses, muted: device.muted });
      if (device.hasEnded) this.#ended();
    } catch (error) {
      device?.stop();
      this.dispatch({ type: 'refused', failure: LiveCamera.failureOf(error) });
    }
  }

  /** Takes in that the stream was lost, also one that was lost before it was held. */
  #ended(): void {
    if (this.#state.stream.is !== 'live') return;
    this.#hold(null);
    this.dispatch({ type: 'ended' });
  }

  /** Holds this camera and no other. */
  #hold(device: LiveCamera | null): void {
    this.#unwatch();
    this.#device?.stop();
    this.#device = device;
    if (this.#video) this.#video.srcObject = device?.stream ?? null;
  }

  #watch(): void {
    this.#unwatch();
    if (!this.#video) return;
    this.#unwatch = onFrame(this.#video, () => {
      if (this.#state.lens !== null) preferLens(this.#state.lens);
      this.dispatch({ type: 'frame' });
    });
  }

  async #shoot(deliver: Deliver): Promise<void> {
    const at = new Date();
    try {
      if (!this.#device || !this.#video) throw new Error('no camera');
      deliver(await this.#device.shoot(this.#video), at);
      this.dispatch({ type: 'shot' });
    } catch {
      this.dispatch({ type: 'missed' });
    }
  }
}

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

export const camera = new CameraRuntime();
