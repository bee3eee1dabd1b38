/** Responds to each photo with its thumbnail, or with undefined where the browser cannot decode it. */

const EDGE = 480;

self.onmessage = async ({ data }: MessageEvent<Blob>) => {
  postMessage(await shrink(data).catch(() => undefined));
};

async function shrink(photo: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(photo, { resizeWidth: EDGE, resizeQuality: 'medium' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
}
