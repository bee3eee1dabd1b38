/** Random ids. crypto.randomUUID is missing on plain http, so they are made from random bytes. */

/** Returns 128 random bits as 32 hex digits. */
export function randomHex(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Returns a random UUID (RFC 9562, 5.4). */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
