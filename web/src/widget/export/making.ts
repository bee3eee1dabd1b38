/** What an export needs beyond the photos. It is loaded when the first export is made. */

import { zipSync } from 'fflate';
import { pdfOf } from './pdf';
import { captionOf, pngOf, smallerCopy } from './pictures';

export { pngOf };

/** A photo on its way out of the widget. */
export interface Outgoing {
  file: File;
  /** The lines under it in a PDF. */
  caption: readonly string[];
}

/** Returns copies that are no larger than `maxBytes`, under the same names. */
export async function smallerCopies(photos: readonly Outgoing[], maxBytes: number): Promise<Outgoing[]> {
  const copies: Outgoing[] = [];
  // One after the other: a decoded photo takes fifty times its file's memory.
  for (const { file, caption } of photos) {
    const copy = await smallerCopy(file, maxBytes);
    copies.push({ caption, file: new File([copy], file.name, { type: copy.type }) });
  }
  return copies;
}

/** Photos do not get smaller in a ZIP, so they are stored as they are. */
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
