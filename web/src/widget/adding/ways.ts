/** Reads the files of a drop, a paste or a file picker. */

/** The types that a file picker offers. Windows does not list HEIC as an image. */
export const ACCEPTED = 'image/*,.heic,.heif';

/** Reports whether a drag carries files. */
export function hasFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes('Files') ?? false;
}

/** Returns the files of a drop or a paste, and whether there was a folder among them. Folders are not accepted. */
export function filesOf({ items, files }: DataTransfer): { files: File[]; hasFolder: boolean } {
  const entries = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? null);
  const isFolder = (index: number): boolean => entries[index]?.isDirectory ?? false;
  const all = [...files];
  // The lists can be compared only if they have the same length.
  const found = entries.length === all.length ? all.filter((_, index) => !isFolder(index)) : all;
  return { files: found, hasFolder: entries.some((entry) => entry?.isDirectory) };
}

/**
 * Reports whether a paste is for this widget: the focus is inside it, or nowhere and this is the only widget. A paste
 * into a text field is text, even if it also contains a picture.
 */
export function isPastedInto(widget: Element, event: ClipboardEvent): boolean {
  const [target] = event.composedPath();
  if (isEditable(target) && event.clipboardData?.types.includes('text/plain')) return false;
  if (event.composedPath().includes(widget)) return true;
  const isNowhere = target === document.body || target === document.documentElement;
  return isNowhere && !isEditable(target) && document.querySelectorAll(widget.localName).length === 1;
}

function isEditable(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea'));
}
