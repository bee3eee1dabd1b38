/** A PUT with progress, which fetch does not report. */

import { ApiError } from '../../api/client';

const STALL_MS = 20_000;

/** Headers that the browser sets itself and does not let us set. */
const FORBIDDEN = new Set(['content-length', 'host']);

/**
 * 412 means that an earlier try did arrive.
 * @throws ApiError network (also after 20 s without progress), upstream_unavailable, bad_request
 */
export function put(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Blob,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stall = setTimeout(() => request.abort(), STALL_MS);
    const failed = (code: 'network' | 'upstream_unavailable' | 'bad_request') =>
      reject(new ApiError(code, `The upload failed (${request.status}).`, request.status));
    signal.addEventListener('abort', () => request.abort());
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers))
      if (!FORBIDDEN.has(name.toLowerCase())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      clearTimeout(stall);
      stall = setTimeout(() => request.abort(), STALL_MS);
      onSent(Math.min(event.loaded, body.size));
    };
    request.onloadend = () => {
      clearTimeout(stall);
      const { status } = request;
      if ((status >= 200 && status < 300) || status === 412) resolve();
      else if (status === 0) failed('network');
      else
        failed(
          status >= 500 || status === 403 || status === 408 || status === 429 ? 'upstream_unavailable' : 'bad_request',
        );
    };
    request.send(body);
  });
}
