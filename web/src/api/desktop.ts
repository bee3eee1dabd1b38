/** The desktop's calls to the edge. Each throws an ApiError. */

import type { CreateResponse, Image, ListResponse, Metadata, RealtimeResponse } from '../contract/api.ts';
import { request, requestJSON } from './client.ts';

/** Call 1: opens the session of a launch token's encounter, or returns its live one. */
export function openSession(apiBase: string, launchToken: string): Promise<CreateResponse> {
  return requestJSON<CreateResponse>(apiBase, '/create', { method: 'POST', token: launchToken, body: {} });
}

/** What a desktop needs for every call after the first. */
export interface DesktopAccess {
  apiBase: string;
  encounterId: string;
  desktopToken: string;
}

/** A list with its entity tag; undefined: it has not changed. */
export type TaggedList = { list: ListResponse; etag: string | null } | undefined;

/** Call 5. With the tag of an earlier answer it costs nothing when nothing changed. */
export async function fetchImages(
  { apiBase, encounterId, desktopToken }: DesktopAccess,
  etag: string | null,
): Promise<TaggedList> {
  const response = await request(apiBase, `/images/${encodeURIComponent(encounterId)}`, {
    token: desktopToken,
    ...(etag === null ? {} : { headers: { 'If-None-Match': etag } }),
  });
  if (response.status === 304) return undefined;
  return { list: (await response.json()) as ListResponse, etag: response.headers.get('ETag') };
}

/** Call 6: changes fields of an image's metadata; null removes one. */
export function correctImage(
  access: DesktopAccess,
  imageId: string,
  metadata: Partial<Record<keyof Metadata, string | null>>,
): Promise<Image> {
  return requestJSON<Image>(access.apiBase, imagePath(access, imageId), {
    method: 'PATCH',
    token: access.desktopToken,
    body: { metadata },
  });
}

/** Call 6: removes an image and its object. */
export async function removeImage(access: DesktopAccess, imageId: string): Promise<void> {
  await request(access.apiBase, imagePath(access, imageId), { method: 'DELETE', token: access.desktopToken });
}

function imagePath({ encounterId }: DesktopAccess, imageId: string): string {
  return `/images/${encodeURIComponent(encounterId)}/${encodeURIComponent(imageId)}`;
}

/** Call 7: a fresh QR token; the earlier ones stop working. */
export function renewCode({ apiBase, encounterId, desktopToken }: DesktopAccess): Promise<CreateResponse> {
  return requestJSON<CreateResponse>(apiBase, `/${encodeURIComponent(encounterId)}/token`, {
    method: 'POST',
    token: desktopToken,
  });
}

/** Call 8: a token that may listen to this encounter's channel. */
export function realtimeAccess({ apiBase, encounterId, desktopToken }: DesktopAccess): Promise<RealtimeResponse> {
  return requestJSON<RealtimeResponse>(apiBase, `/${encodeURIComponent(encounterId)}/realtime`, {
    token: desktopToken,
  });
}

/** Call 9: ends the session; its photos are deleted. */
export async function endSession({ apiBase, encounterId, desktopToken }: DesktopAccess): Promise<void> {
  await request(apiBase, `/${encodeURIComponent(encounterId)}?force=1`, { method: 'DELETE', token: desktopToken });
}
