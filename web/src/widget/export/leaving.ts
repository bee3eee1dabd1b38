/** Exports a photo: as a saved file, to the clipboard, into another app, by a drag. */

const KEPT_MS = 60_000;

/** Downloads a file. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/**
 * Copies a picture to the clipboard. Call it in a click handler, because Safari allows it only there. The promise of
 * the picture may resolve later.
 * @throws DOMException if the page has no permission
 */
export function copy(png: Promise<Blob>): Promise<void> {
  return navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
}

export function canCopy(): boolean {
  return typeof ClipboardItem !== 'undefined' && 'write' in (navigator.clipboard ?? {});
}

export function canShare(files: readonly File[]): boolean {
  return navigator.canShare?.({ files: [...files] }) ?? false;
}

/** Makes a drag carry the photo as a file: for other pages, and in Chromium also for the desktop and other apps. */
export function carry(transfer: DataTransfer, file: File, name: string, url: string): void {
  transfer.items.clear(); // what browsers add for every image: a file without a name
  transfer.items.add(new File([file], name, { type: file.type }));
  transfer.setData('DownloadURL', `${file.type}:${name}:${url}`);
  transfer.effectAllowed = 'copy';
}
