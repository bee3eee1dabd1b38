/** What a person types, as the edge accepts it. */

/** The control characters, and those of them that a text of several lines may have. */
const CONTROLS = /\p{Cc}/gu;
const LINES = '\n\t\r';

/** Drops control characters; line breaks and tabs stay. */
export function plainText(text: string): string {
  return text.replace(CONTROLS, (control) => (LINES.includes(control) ? control : ''));
}

/** The same for a text of one line: line breaks and tabs become spaces. */
export function plainLine(text: string): string {
  return plainText(text).replace(/[\n\t\r]+/g, ' ');
}
