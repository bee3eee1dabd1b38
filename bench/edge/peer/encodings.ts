export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const hex = (data: ArrayBuffer | Uint8Array): string =>
  Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, '0')).join('');
export const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));
export const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));
export const sha256 = async (text: string): Promise<string> => hex(await crypto.subtle.digest('SHA-256', bytes(text)));
export const hmac = async (key: string, text: string): Promise<string> =>
  hex(
    await crypto.subtle.sign(
      'HMAC',
      await crypto.subtle.importKey('raw', bytes(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
      bytes(text),
    ),
  );
/** Five bytes as eight digits of base 32. */
export const crockford = (data: Uint8Array): string =>
  BigInt(`0x${hex(data)}`)
    .toString(32)
    .padStart(8, '0')
    .replace(/[a-v]/g, (digit) => 'ABCDEFGHJKMNPQRSTVWXYZ'[digit.charCodeAt(0) - 97] ?? '');
