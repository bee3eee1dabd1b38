/** Makes the small copy of an earlier photo that a phone's camera shows over its live picture. */

/** The edge takes no more (shared/guide.go). */
const MAX_BYTES = 36_000;
/** Long edges in pixels, tried from the largest. */
const EDGES = [640, 480, 360, 240, 160];
const QUALITY = 0.7;

/**
 * Returns a photo as a small JPEG in base64: its pixels and nothing else of its file.
 * @throws if the photo cannot be loaded, or is on a server that does not let this page read it
 */
export async function guideOf(url: string): Promise<string> {
  const photo = Object.assign(new Image(), { crossOrigin: 'anonymous', src: url });
  await photo.decode();
  for (const edge of EDGES) {
    const jpeg = await drawn(photo, edge);
    if (jpeg.size <= MAX_BYTES) return base64(jpeg);
  }
  throw new Error('the photo does not become small enough');
}

async function drawn(photo: HTMLImageElement, edge: number): Promise<Blob> {
  const { naturalWidth, naturalHeight } = photo;
  const scale = Math.min(1, edge / Math.max(naturalWidth, naturalHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(naturalHeight * scale));
  canvas.getContext('2d')?.drawImage(photo, 0, 0, canvas.width, canvas.height);
  const jpeg = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  if (jpeg?.type !== 'image/jpeg') throw new Error('the browser made no JPEG');
  return jpeg;
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
