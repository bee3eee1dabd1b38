/** The desktop's calls to the edge. Each throws an ApiError. */

import type {
  AdmitRequest,
  Guide,
  CreateResponse,
  Image,
  ListResponse,
  MetadataPatch,
  RealtimeResponse,
} from '../contract/api.ts';
import { readJSON, request, requestJSON, sentAt } from './client.ts';

/** With the time at which the edge sent it, by its own clock, or undefined if it does not say. */
export type Timed<T> = T & { sentAt: number | undefined };

/** Opens the session of a launch token's encounter, or returns its live one. */
export function openSession(apiBase: string, launchToken: string): Promise<Timed<CreateResponse>> {
  return createdBy(request(apiBase, '/create', { method: 'POST', token: launchToken, body: {} }));
}

async function createdBy(request: Promise<Response>): Promise<Timed<CreateResponse>> {
  const response = await request;
  const created = await readJSON<CreateResponse>(response);
  return { ...created, sentAt: sentAt(response, created.serverTime) };
}

/** The credentials of a desktop's calls. */
export interface DesktopAccess {
  apiBase: string;
  encounterId: string;
  desktopToken: string;
}

/** A list with its entity tag, or null if it has not changed. */
export type Fetched = Timed<{ list: ListResponse | undefined; etag: string | null }>;

/** Lists the images. With the tag of an earlier response, an unchanged list is not sent again. */
export async function fetchImages(
  { apiBase, encounterId, desktopToken }: DesktopAccess,
  etag: string | null,
): Promise<Fetched> {
  const response = await request(apiBase, `/images/${encodeURIComponent(encounterId)}`, {
    token: desktopToken,
    ...(etag === null ? {} : { headers: { 'If-None-Match': etag } }),
  });
  if (response.status === 304) return { list: undefined, etag, sentAt: sentAt(response) };
  const list = await readJSON<ListResponse>(response);
  return { list, etag: response.headers.get('ETag'), sentAt: sentAt(response, list.serverTime) };
}

/**
 * Changes fields of an image's metadata; null removes one. The edge makes a change once, however often it is sent. It
 * completes even if the page closes, as removals do.
 */
export function correctImage(
  access: DesktopAccess,
  imageId: string,
  { changeId, change: metadata }: { changeId: string; change: MetadataPatch },
): Promise<Image> {
  return requestJSON<Image>(access.apiBase, imagePath(access, imageId), {
    method: 'PATCH',
    token: access.desktopToken,
    body: { metadata, changeId },
    keepalive: true,
  });
}

/** Removes an image and its object. */
export async function removeImage(access: DesktopAccess, imageId: string): Promise<void> {
  const { apiBase, desktopToken } = access;
  await request(apiBase, imagePath(access, imageId), { method: 'DELETE', token: desktopToken, keepalive: true });
}

function imagePath({ encounterId }: DesktopAccess, imageId: string): string {
  return `/images/${encodeURIComponent(encounterId)}/${encodeURIComponent(imageId)}`;
}

/** Makes a new QR token. Earlier ones stop working. */
export function renewCode({ apiBase, encounterId, desktopToken }: DesktopAccess): Promise<Timed<CreateResponse>> {
  return createdBy(
    request(apiBase, `/${encodeURIComponent(encounterId)}/token`, { method: 'POST', token: desktopToken }),
  );
}

/** Gets a token for subscribing to this encounter's channel. */
export function realtimeAccess({ apiBase, encounterId, desktopToken }: DesktopAccess): Promise<RealtimeResponse> {
  return requestJSON<RealtimeResponse>(apiBase, `/${encodeURIComponent(encounterId)}/realtime`, {
    token: desktopToken,
  });
}

/**
 * Ends the session as this desktop knows it; its photos are deleted. The edge refuses if something happened
 * since `revision` or while photos are on their way, unless it is forced.
 */
export async function endSession(
  { apiBase, encounterId, desktopToken }: DesktopAccess,
  { revision, force }: { revision: number; force: boolean },
): Promise<void> {
  await request(apiBase, `/${encodeURIComponent(encounterId)}${force ? '?force=1' : ''}`, {
    method: 'DELETE',
    token: desktopToken,
    headers: { 'If-Match': `"${revision}"` },
  });
}

/** Removes a phone. Its token and open slots stop working. */
export async function removePhone(access: DesktopAccess, phoneId: string): Promise<void> {
  const { apiBase, encounterId, desktopToken } = access;
  await request(apiBase, `/${encodeURIComponent(encounterId)}/phones/${encodeURIComponent(phoneId)}`, {
    method: 'DELETE',
    token: desktopToken,
  });
}

/** Offers a small JPEG, in base64, to the camera of the session's phones; null stops offering it. */
export async function setGuide(access: DesktopAccess, jpeg: string | null): Promise<void> {
  const { apiBase, encounterId, desktopToken: token } = access;
  const path = `/${encodeURIComponent(encounterId)}/guide`;
  if (jpeg === null) {
    await request(apiBase, path, { method: 'DELETE', token });
    return;
  }
  const body: Guide = { jpeg };
  await request(apiBase, path, { method: 'PUT', token, body });
}

/** Admits the waiting phone that shows this number. It fails with token_invalid if there is none. */
export async function admitPhone(access: DesktopAccess, number: string): Promise<void> {
  const { apiBase, encounterId, desktopToken } = access;
  const body: AdmitRequest = { number };
  await request(apiBase, `/${encodeURIComponent(encounterId)}/phones`, { method: 'POST', token: desktopToken, body });
}
