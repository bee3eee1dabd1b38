/**
 * A small client of the edge. A failed call throws an ApiError whose code is
 * the API's own, or `network` when there was no response at all.
 */

import {
  BASE_PATH,
  type Code,
  type ConfirmRequest,
  type ConfirmResponse,
  type ExchangeRequest,
  type Guide,
  type ListResponse,
  type PresignRequest,
  type PresignResponse,
  type Problem,
  type Grant,
  type WaitResponse,
} from '../contract/api.ts';

export type ClientErrorCode = Code | 'network';

/** A failed call: a code for the program, the edge's own sentence for a person. */
export class ApiError extends Error {
  readonly code: ClientErrorCode;
  /** The HTTP status; 0 when there was no response. */
  readonly status: number;
  readonly requestId: string;
  /** Seconds to wait before another try, if the edge gave it. */
  readonly retryAfter: number | undefined;
  /** Of `session_expired`: a desktop ended the session. */
  readonly ended: boolean;

  constructor(
    code: ClientErrorCode,
    detail: string,
    status: number,
    more: { requestId?: string | undefined; retryAfter?: number | undefined; ended?: boolean | undefined } = {},
  ) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.requestId = more.requestId ?? '';
    this.retryAfter = more.retryAfter;
    this.ended = more.ended ?? false;
  }

  /** Whether the same call may succeed later, unchanged. */
  get retryable(): boolean {
    return (
      this.code === 'network' ||
      this.code === 'rate_limited' ||
      this.code === 'upstream_unavailable' ||
      this.code === 'internal'
    );
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as `Authorization: Bearer`. */
  token?: string;
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Completes even if the page closes. */
  keepalive?: boolean;
}

/**
 * One call. `apiBase` is the edge's origin ('' for the page's own), `path`
 * begins after the base path. Returns the Response of a 2xx or a 304.
 * @throws ApiError
 */
export async function request(apiBase: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', token, body, signal, keepalive = false } = options;
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    // No cache mode: every response says no-store itself, and with any mode Chromium repeats each preflight.
    response = await fetch(apiBase + BASE_PATH + path, {
      method,
      headers,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      keepalive,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('network', 'The server could not be reached.', 0);
  }
  if (response.ok || response.status === 304) return response;
  throw await toApiError(response);
}

/** As `request`, for calls that return JSON. */
export async function requestJSON<T>(apiBase: string, path: string, options?: RequestOptions): Promise<T> {
  return readJSON<T>(await request(apiBase, path, options));
}

/**
 * The body of a response.
 * @throws ApiError if it is not complete
 */
export async function readJSON<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError('network', 'The response of the server was cut short.', response.status);
  }
}

/**
 * Returns when the server sent a response, by its own clock: milliseconds since 1970,
 * or undefined if it does not say. A time in the message is more exact than the
 * header, which has only seconds.
 */
export function sentAt({ headers }: Response, serverTime?: string): number | undefined {
  const time = Date.parse(serverTime ?? headers.get('Date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Returns the seconds of a Retry-After, in either of its forms (RFC 9110, 10.2.3). */
function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('Retry-After')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - (sentAt(response) ?? Date.now())) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** A grant as the page keeps it. */
export interface HeldGrant extends Grant {
  /** By how many milliseconds the edge's clock was ahead of the phone's when the grant arrived; missing: unknown. */
  aheadMs?: number;
}

/** The response to a phone that joins: its grant, or a number to show until a desktop admits it. */
export type Joined = HeldGrant | WaitResponse;

/** Exchanges the QR token. */
export function exchangeToken(apiBase: string, token: string, signal?: AbortSignal): Promise<Joined> {
  return join(apiBase, `/token/${encodeURIComponent(token)}`, signal ? { signal } : {});
}

/** Exchanges a typed code, which is sent in the body. */
export function exchangeCode(apiBase: string, typedCode: string, signal?: AbortSignal): Promise<Joined> {
  const body: ExchangeRequest = { typedCode };
  return join(apiBase, '/token', { method: 'POST', body, ...(signal ? { signal } : {}) });
}

/** Gets the grant of a waiting phone, if a desktop has admitted it. */
export function askGrant(apiBase: string, waitToken: string, signal?: AbortSignal): Promise<Joined> {
  return join(apiBase, '/grant', { token: waitToken, ...(signal ? { signal } : {}) });
}

/** Compares the clocks as soon as a grant arrives, because later its time says nothing of the phone's clock. */
async function join(apiBase: string, path: string, options: RequestOptions): Promise<Joined> {
  const response = await request(apiBase, path, options);
  const now = Date.now();
  const joined = await readJSON<Grant | WaitResponse>(response);
  if ('waitToken' in joined) return joined;
  const server = sentAt(response, joined.serverTime);
  return server === undefined ? joined : { ...joined, aheadMs: server - now };
}

/** Reserves slots and signs PUT URLs. */
export function presign(apiBase: string, body: PresignRequest, token: string): Promise<PresignResponse> {
  return requestJSON<PresignResponse>(apiBase, '/presigned-url', { method: 'POST', token, body });
}

/** Confirms an uploaded image. */
export function confirm(apiBase: string, body: ConfirmRequest, token: string): Promise<ConfirmResponse> {
  return requestJSON<ConfirmResponse>(apiBase, '/images', { method: 'POST', token, body });
}

/** Lists the images. With the phone's upload token the images come without URLs. */
export function listImages(
  apiBase: string,
  encounterId: string,
  token: string,
  signal?: AbortSignal,
): Promise<ListResponse> {
  return requestJSON<ListResponse>(apiBase, `/images/${encodeURIComponent(encounterId)}`, {
    token,
    ...(signal ? { signal } : {}),
  });
}

/** Gets the earlier photo that the desktop offers to the camera, a JPEG in base64; null if there is none. */
export async function fetchGuide(
  apiBase: string,
  encounterId: string,
  token: string,
  signal: AbortSignal,
): Promise<string | null> {
  const response = await request(apiBase, `/${encodeURIComponent(encounterId)}/guide`, { token, signal });
  return response.status === 204 ? null : (await readJSON<Guide>(response)).jpeg;
}

async function toApiError(response: Response): Promise<ApiError> {
  const problem = await readProblem(response);
  return new ApiError(
    problem?.code ?? codeOfStatus(response.status),
    problem?.detail ?? `The server responded with status ${response.status}.`,
    response.status,
    { requestId: problem?.requestId, retryAfter: retryAfterOf(response), ended: problem?.ended },
  );
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  try {
    const value: unknown = await response.json();
    return isProblem(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail } = value as Partial<Record<keyof Problem, unknown>>;
  return typeof code === 'string' && typeof detail === 'string';
}

/** The error for a response that does not come from the edge, such as a proxy's. */
function codeOfStatus(status: number): Code {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'token_invalid';
  if (status === 429) return 'rate_limited';
  if (status === 502 || status === 503 || status === 504) return 'upstream_unavailable';
  return status >= 500 ? 'internal' : 'bad_request';
}
