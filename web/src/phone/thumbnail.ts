/**
 * Thumbnails, made in a worker: browsers scale a picture on the thread that asks for it, and 12
 * megapixels would hold the page up.
 */

/** A phone may end the worker over a photo; the page then does without this thumbnail. */
const PATIENCE_MS = 15_000;

let worker: Worker | undefined;

/** A small JPEG of the photo, or undefined where the browser cannot make one. One at a time. */
export function thumbnail(photo: Blob): Promise<Blob | undefined> {
  const maker = (worker ??= new Worker(new URL('./thumbnail.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise((resolve) => {
    const answer = (small: Blob | undefined) => {
      clearTimeout(patience);
      resolve(small);
    };
    const giveUp = () => {
      maker.terminate();
      worker = undefined;
      answer(undefined);
    };
    const patience = setTimeout(giveUp, PATIENCE_MS);
    maker.onerror = giveUp;
    maker.onmessage = ({ data }: MessageEvent<Blob | undefined>) => answer(data);
    maker.postMessage(photo);
  });
}
