/** The ways in for photos of this computer: a drop, a paste, a file picker. */

/** What a file picker offers. Windows does not count HEIC among its images. */
export const ACCEPTED = 'image/*,.heic,.heif';

/** Reports whether a drag carries files. */
export function hasFiles(transfer: DataTransfer | null): transfer is DataTransfer {
  return transfer?.types.includes('Files') ?? false;
}

/** The files of a drop or a paste, and whether there was a folder among them, which is none. */
export function filesOf({ items, files }: DataTransfer): { files: File[]; hasFolder: boolean } {
  const entries = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? null);
  const isFolder = (index: number): boolean => entries[index]?.isDirectory ?? false;
  const all = [...files];
  // Only where both lists name the same things can one tell of the other.
  const found = entries.length === all.length ? all.filter((_, index) => !isFolder(index)) : all;
  return { files: found, hasFolder: entries.some((entry) => entry?.isDirectory) };
}

/**
 * Reports whether a paste is meant for this widget: the focus is inside, or nowhere while there is one widget only.
 * Text that is pasted into a field stays text, also if it comes with a picture.
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
