/** The camera inside the page: getUserMedia, what a track can do, still pictures. */

/** Needs a secure context; on plain http there is only the phone's own camera. */
export function canUseLiveCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

export type CameraFailure = 'denied' | 'missing' | 'busy';

export interface Zoom {
  min: number;
  max: number;
  step: number;
  now: number;
}

// Not yet in the DOM's types: https://w3c.github.io/mediacapture-image/
interface PhotoCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number; step: number };
}

/** How long a camera may take over a full-size still before we take the picture on the screen. */
const STILL_LIMIT_MS = 3_000;
const FRAME_QUALITY = 0.95;

/** An open back camera. */
export class LiveCamera {
  readonly #track: MediaStreamTrack;
  #still: ImageCapture | undefined;

  private constructor(readonly stream: MediaStream) {
    const [track] = stream.getVideoTracks();
    if (!track) throw new Error('a video stream without a track');
    this.#track = track;
    this.#still = typeof ImageCapture === 'function' ? new ImageCapture(track) : undefined;
  }

  /** @throws DOMException; `failureOf` says what it means */
  static async open(): Promise<LiveCamera> {
    // Where a still has the sensor's own size the preview may be small; else the preview is the photo.
    const width = typeof ImageCapture === 'function' ? 1920 : 4032;
    const video = { facingMode: { ideal: 'environment' }, width: { ideal: width }, height: { ideal: (width * 3) / 4 } };
    return new LiveCamera(await navigator.mediaDevices.getUserMedia({ video, audio: false }));
  }

  static failureOf(error: unknown): CameraFailure {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
    return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'missing';
  }

  get hasTorch(): boolean {
    return this.#capabilities.torch === true;
  }

  /** Undefined where the camera has no zoom of its own. */
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

  /** Takes a picture: the sensor's own still, or what is on the screen. */
  async shoot(video: HTMLVideoElement): Promise<Blob> {
    if (this.#still) {
      try {
        return await within(this.#still.takePhoto(), STILL_LIMIT_MS);
      } catch {
        this.#still = undefined; // a camera that failed once fails again, and each wait is a missed moment
      }
    }
    return frameOf(video);
  }

  stop(): void {
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

async function frameOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d', { alpha: false })?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', FRAME_QUALITY));
  canvas.width = canvas.height = 1;
  if (!blob) throw new Error('no picture');
  return blob;
}

function within<T>(promise: Promise<T>, limit: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), limit);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
