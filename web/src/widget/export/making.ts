/** Makes small copies, ZIPs and PDFs. This part is loaded for the first export. */

import { zipSync } from 'fflate';
import { pdfOf } from './pdf';
import { captionOf, pngOf, smallerCopy } from './pictures';

export { pngOf };

/** A photo that is being exported. */
export interface Outgoing {
  file: File;
  /** The lines under it in a PDF. */
  caption: readonly string[];
}

/** Returns copies that are no larger than `maxBytes`, under the same names. */
export async function smallerCopies(photos: readonly Outgoing[], maxBytes: number): Promise<Outgoing[]> {
  const copies: Outgoing[] = [];
  // One at a time, because a decoded photo needs fifty times the memory of its file.
  for (const { file, caption } of photos) {
    const copy = await smallerCopy(file, maxBytes);
    copies.push({ caption, file: new File([copy], file.name, { type: copy.type }) });
  }
  return copies;
}

/** Returns a ZIP. It stores photos uncompressed, because JPEGs do not become smaller. */
export async function zipped(photos: readonly Outgoing[]): Promise<Blob> {
  const entries = await Promise.all(
    photos.map(async ({ file }) => [file.name, new Uint8Array(await file.arrayBuffer())] as const),
  );
  return new Blob([zipSync(Object.fromEntries(entries), { level: 0 })], { type: 'application/zip' });
}

export async function paged(photos: readonly Outgoing[], title: string, language: string): Promise<Blob> {
  const pages = await Promise.all(
    photos.map(async ({ file, caption }) => ({
      jpeg: new Uint8Array(await file.arrayBuffer()),
      caption: captionOf(caption, language),
    })),
  );
  return pdfOf(pages, title);
}
