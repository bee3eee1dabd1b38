/** What a person types or pastes where the camera will not scan. */

const CODE = /^[0-9a-z]{8}$/i;
const LINK = /#t=([^\s&]+)/;

/** Whether a text has the form of a typed code; the edge says which letters it forgives. */
export function isTypedCode(text: string): boolean {
  return CODE.test(text.replace(/[\s\p{Pd}]/gu, ''));
}

/** Returns the typed code or the token of a pasted link, or null if the text is neither. */
export function codeFrom(text: string): string | null {
  return LINK.exec(text)?.[1] ?? (isTypedCode(text) ? text : null);
}
