/** The ways out of the widget: a saved file, the clipboard, another app, a drag. */

const KEPT_MS = 60_000;

/** Saves a file where the browser saves downloads. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/**
 * Puts a picture on the clipboard. Called in a click, since Safari allows it only there; the picture may come later.
 * @throws DOMException if the page may not
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

/** Lets a drag carry the photo as a file: into another page, and in Chromium onto the desktop and into other apps. */
export function carry(transfer: DataTransfer, file: File, name: string, url: string): void {
  transfer.items.add(new File([file], name, { type: file.type }));
  transfer.setData('DownloadURL', `${file.type}:${name}:${url}`);
  transfer.effectAllowed = 'copy';
}
