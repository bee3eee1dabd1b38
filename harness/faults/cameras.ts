/** The page's camera, controlled by a test. */

/** The part of the page's camera that tests use. */
export interface Cameras {
  /** Every track that was ever opened. */
  tracks: MediaStreamTrack[];
  /** The constraints of each request. */
  asked: MediaStreamConstraints[];
  /** Requests fail with this until it is empty. */
  refuse: string;
  /** Requests wait while this is true, because the browser is asking for permission. */
  prompt: boolean;
  hidden: boolean;
  /** Makes the newest track report this. Firefox ignores events that a page dispatches itself. */
  report(type: 'ended' | 'mute' | 'unmute'): void;
}

declare global {
  var cameras: Cameras;
}

/** Runs in the page: keeps every track, and lets a test act as the person, the phone app and another app. */
export function watchCameras(): void {
  let listeners: [type: string, listener: () => void][] = [];
  const cameras: Cameras = {
    tracks: [],
    asked: [],
    refuse: '',
    prompt: false,
    hidden: false,
    report: (wanted) => {
      for (const [type, listener] of listeners) if (type === wanted) listener();
    },
  };
  globalThis.cameras = cameras;
  if (!navigator.mediaDevices) return;
  const listenTo = (track: MediaStreamTrack): void => {
    const heard: typeof listeners = [];
    listeners = heard;
    cameras.tracks.push(track);
    track.addEventListener = (type: string, listener: unknown, options?: unknown) => {
      const entry: [string, () => void] = [type, listener as () => void];
      heard.push(entry);
      const { signal } = (options ?? {}) as AddEventListenerOptions;
      signal?.addEventListener('abort', () => void heard.splice(heard.indexOf(entry), 1));
    };
  };
  /** Without a camera, a changing picture replaces it. */
  const drawn = (): MediaStream => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    const context = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = `hsl(${hue++} 50% 50%)`;
      context.fillRect(0, 0, 640, 480);
    }, 50);
    return canvas.captureStream(10);
  };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints = {}) => {
    cameras.asked.push(constraints);
    while (cameras.prompt) await new Promise((resolve) => setTimeout(resolve, 20));
    if (cameras.refuse) throw new DOMException('', cameras.refuse);
    const stream = await open({ video: true }).catch(drawn);
    for (const track of stream.getVideoTracks()) listenTo(track);
    return stream;
  };
  Object.defineProperty(document, 'visibilityState', { get: () => (cameras.hidden ? 'hidden' : 'visible') });
}

/** Runs in the page: lists many lenses, as Chrome on Android does. The same camera is behind each of them. */
export function listLenses(): void {
  const lens = (deviceId: string, label: string) => ({ deviceId, label, kind: 'videoinput', groupId: '' });
  const lenses = [
    lens('wide', 'camera2 2, facing back'),
    lens('front', 'camera2 1, facing front'),
    lens('main', 'camera2 0, facing back'),
  ];
  navigator.mediaDevices.enumerateDevices = async () => lenses as unknown as MediaDeviceInfo[];
  const settings = MediaStreamTrack.prototype.getSettings;
  MediaStreamTrack.prototype.getSettings = function () {
    return { ...settings.call(this), deviceId: 'wide' };
  };
}
