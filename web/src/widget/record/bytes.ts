/** A photo's bytes in FHIR's attachments. */

import type { Attachment } from 'fhir/r4.js';
import type { Metadata } from '../../contract/api';
import type { WidgetImage } from '../image';
import { titleOf } from './codes';
import { dateTimeOf } from './times';

/** A photo whose bytes are here. */
export type Arrived = WidgetImage & { file: File };

/** @throws DOMException if the bytes cannot be read any more */
export async function inlineAttachment(image: Arrived): Promise<Attachment> {
  const bytes = new Uint8Array(await image.file.arrayBuffer());
  const hash = await sha1(bytes);
  return {
    ...describedAttachment(image),
    data: base64(bytes),
    ...(hash === undefined ? {} : { hash }),
  };
}

/** Points to the Binary that has the bytes. */
export async function linkedAttachment(image: Arrived, url: string): Promise<Attachment> {
  const hash = await sha1(new Uint8Array(await image.file.arrayBuffer()));
  return { ...describedAttachment(image), url, ...(hash === undefined ? {} : { hash }) };
}

function describedAttachment(image: Arrived): Attachment {
  const { file, details } = image;
  const title = titleOf(image);
  return { contentType: file.type, size: file.size, ...(title ? { title } : {}), ...creation(details) };
}

function creation({ captured }: Metadata): Pick<Attachment, 'creation'> {
  return captured ? { creation: dateTimeOf(captured) } : {};
}

export function base64(bytes: Uint8Array): string {
  let text = '';
  // As many arguments as every engine takes in one call.
  for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(text);
}

/**
 * R4 defines an attachment's hash as SHA-1, in base64. It is left out on plain http, where browsers offer no digests.
 */
async function sha1(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return undefined;
  return base64(new Uint8Array(await subtle.digest('SHA-1', bytes)));
}
