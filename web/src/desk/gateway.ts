/** The gateway's calls for one launch. Addresses are relative to the page, because its cookie is sent only there. */

import type { Metadata } from '../contract/api';

/** The launch as the page shows it. */
export interface Launch {
  patientId: string;
  patientLabel: string;
  encounterId: string;
  /** RFC 3339. */
  openedAt: string;
  /** RFC 3339: the launch is over then. */
  until: string;
  source: 'medtech' | 'smart';
  /** The edge's origin. */
  apiBase: string;
  /** Sealed: brings this launch's photos back when the same patient is launched again. */
  ticket: string;
}

/** An earlier launch of the same patient. */
export interface EarlierLaunch {
  ticket: string;
  encounterId: string;
  patientLabel: string;
  openedAt: string;
  launchToken: string;
}

/** One photo on its way into the record. */
export interface CommitRequest {
  imageId: string;
  encounterId: string;
  patientId: string;
  ticket?: string;
  number: number;
  metadata: Metadata;
  resources?: unknown;
}

/** A refusal of the gateway. `code` has a sentence in strings/desk.en.ts. */
export class GatewayError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export const describe = (): Promise<Launch> => call<Launch>('launch.json');

export async function launchToken(): Promise<string> {
  return (await call<{ launchToken: string }>('token')).launchToken;
}

export async function earlierLaunches(tickets: readonly string[]): Promise<EarlierLaunch[]> {
  const body = JSON.stringify({ tickets });
  const headers = { 'Content-Type': 'application/json' };
  return (await call<{ earlier: EarlierLaunch[] }>('earlier', { method: 'POST', body, headers })).earlier;
}

/** What became of a photo. */
export interface CommitResponse {
  imageId: string;
  /** The record had the photo before, and keeps the metadata of then. */
  existed: boolean;
}

export function commit(about: CommitRequest, photo: Blob): Promise<CommitResponse> {
  const form = new FormData();
  form.append('about', JSON.stringify(about));
  form.append('photo', photo);
  return call<CommitResponse>('commit', { method: 'POST', body: form });
}

/** @throws GatewayError, with the code `unreachable` where there is no response */
async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { cache: 'no-store', ...init });
  } catch {
    throw new GatewayError('unreachable');
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body as T;
  throw new GatewayError(codeOf(body));
}

function codeOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'
    ? body.code
    : 'internal';
}
