/**
 * Text of strangers for one line of a screen: without control characters, and
 * without those that change the direction of what follows. Letters of every
 * script remain as they are.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}
