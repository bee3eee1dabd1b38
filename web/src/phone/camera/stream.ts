/** An open camera: getUserMedia, what its track can do and reports, and still pictures. */

import type { Lens } from './lens';
import type { CameraFailure } from './machine';

/** Needs a secure context; on plain http there is only the phone's own camera. */
export function canUseLiveCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

export interface Zoom {
  min: number;
  max: number;
  step: number;
  now: number;
}

/** What a stream reports by itself. */
export interface StreamReports {
  ended(): void;
  muted(muted: boolean): void;
}

// Not yet in the DOM's types: https://w3c.github.io/mediacapture-image/
interface PhotoCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number; step: number };
}

/** How long a camera may take over a full-size still before the picture on the screen is used. */
const STILL_LIMIT_MS = 3_000;
const FRAME_QUALITY = 0.95;

export class LiveCamera {
  readonly #track: MediaStreamTrack;
  readonly #silence = new AbortController();
  #still: ImageCapture | undefined;

  private constructor(
    readonly stream: MediaStream,
    reports: StreamReports,
  ) {
    const [track] = stream.getVideoTracks();
    if (!track) throw new Error('a video stream without a track');
    this.#track = track;
    this.#still = typeof ImageCapture === 'function' ? new ImageCapture(track) : undefined;
    const { signal } = this.#silence;
    track.addEventListener('ended', () => reports.ended(), { signal });
    track.addEventListener('mute', () => reports.muted(true), { signal });
    track.addEventListener('unmute', () => reports.muted(false), { signal });
  }

  /** Opens a lens; null: one at the back. It fails with a DOMException, which `failureOf` explains. */
  static async open(lens: string | null, reports: StreamReports): Promise<LiveCamera> {
    // Where a still has the sensor's own size the preview may be small; else the preview is the photo.
    const width = typeof ImageCapture === 'function' ? 1920 : 4032;
    const video: MediaTrackConstraints = {
      ...(lens === null ? { facingMode: { ideal: 'environment' } } : { deviceId: { exact: lens } }),
      width: { ideal: width },
      height: { ideal: (width * 3) / 4 },
    };
    return new LiveCamera(await navigator.mediaDevices.getUserMedia({ video, audio: false }), reports);
  }

  static failureOf(error: unknown): CameraFailure {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
    return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'missing';
  }

  /** The cameras of this phone; none where the browser does not list them. */
  static async lenses(): Promise<Lens[]> {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    return devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '').map(lensOf);
  }

  /** The id of the lens that is open; null where the browser does not say. */
  get lens(): string | null {
    return this.#track.getSettings().deviceId || null;
  }

  get hasEnded(): boolean {
    return this.#track.readyState === 'ended';
  }

  get muted(): boolean {
    return this.#track.muted;
  }

  get hasTorch(): boolean {
    return this.#capabilities.torch === true;
  }

  /** Undefined where the camera cannot zoom. */
  get zoom(): Zoom | undefined {
    const range = this.#capabilities.zoom;
    if (!range || range.max <= range.min) return undefined;
    const settings: MediaTrackSettings & { zoom?: number } = this.#track.getSettings();
    return { ...range, now: settings.zoom ?? range.min };
  }

  async setTorch(on: boolean): Promise<void> {
    await this.#apply({ torch: on });
  }

  async setZoom(zoom: number): Promise<void> {
    await this.#apply({ zoom });
  }

  /**
   * Takes a picture: the sensor's own still, or what was on the screen when this was called. That is also the photo
   * when the stream is stopped before the still has arrived.
   */
  async shoot(video: HTMLVideoElement): Promise<Blob> {
    const frame = frameOf(video);
    try {
      if (this.#still) return await within(this.#still.takePhoto(), STILL_LIMIT_MS);
    } catch {
      this.#still = undefined; // a camera that failed once fails again, and each wait is a missed moment
    } finally {
      if (this.#still) shrink(frame);
    }
    return encode(frame);
  }

  /** Stops the stream. It reports nothing after that. */
  stop(): void {
    this.#silence.abort();
    for (const track of this.stream.getTracks()) track.stop();
  }

  get #capabilities(): PhotoCapabilities {
    return typeof this.#track.getCapabilities === 'function' ? this.#track.getCapabilities() : {};
  }

  async #apply(setting: { torch?: boolean; zoom?: number }): Promise<void> {
    const constraints: MediaTrackConstraints & { advanced: (typeof setting)[] } = { advanced: [setting] };
    await this.#track.applyConstraints(constraints).catch(() => undefined);
  }
}

function lensOf(device: MediaDeviceInfo): Lens {
  const { deviceId: id, label } = device;
  const able = 'getCapabilities' in device ? (device as InputDeviceInfo).getCapabilities() : {};
  const [facing] = able.facingMode ?? [];
  if (facing !== 'environment' && facing !== 'user') return { id, label };
  return { id, label, facing: facing === 'environment' ? 'rear' : 'front' };
}

/** Calls back when the video shows its next frame. It returns what stops the wait. */
export function onFrame(video: HTMLVideoElement, shown: () => void): () => void {
  if (typeof video.requestVideoFrameCallback === 'function') {
    const handle = video.requestVideoFrameCallback(() => shown());
    return () => video.cancelVideoFrameCallback(handle);
  }
  const over = new AbortController();
  const look = () => {
    if (video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    over.abort();
    shown();
  };
  for (const type of ['loadeddata', 'timeupdate']) video.addEventListener(type, look, { signal: over.signal });
  return () => over.abort();
}

function frameOf(video: HTMLVideoElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d', { alpha: false })?.drawImage(video, 0, 0);
  return canvas;
}

async function encode(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', FRAME_QUALITY));
  shrink(canvas);
  if (!blob) throw new Error('no picture');
  return blob;
}

/** Gives the memory of a canvas back; Safari keeps it otherwise. */
function shrink(canvas: HTMLCanvasElement): void {
  canvas.width = canvas.height = 1;
}

function within<T>(promise: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), limit);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
