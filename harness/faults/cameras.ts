/** The page's camera, in the hands of a test. */

/** What the tests reach of the page's camera. */
export interface Cameras {
  /** Every track that was ever opened. */
  tracks: MediaStreamTrack[];
  /** The constraints of each request. */
  asked: MediaStreamConstraints[];
  /** Requests fail with this until it is empty. */
  refuse: string;
  /** Requests wait while this is true: the person is being asked. */
  prompt: boolean;
  hidden: boolean;
}

declare global {
  var cameras: Cameras;
}

/** Runs in the page: keeps every track, and lets a test be the person who is asked, the phone app and the other app. */
export function watchCameras(): void {
  const cameras: Cameras = { tracks: [], asked: [], refuse: '', prompt: false, hidden: false };
  globalThis.cameras = cameras;
  if (!navigator.mediaDevices) return;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints = {}) => {
    cameras.asked.push(constraints);
    while (cameras.prompt) await new Promise((resolve) => setTimeout(resolve, 20));
    if (cameras.refuse) throw new DOMException('', cameras.refuse);
    const stream = await open({ video: true });
    cameras.tracks.push(...stream.getVideoTracks());
    return stream;
  };
  Object.defineProperty(document, 'visibilityState', { get: () => (cameras.hidden ? 'hidden' : 'visible') });
}
