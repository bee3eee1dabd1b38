// Stands in front of the bucket, with STORAGE_VIA=edge: for networks that let only the edge through, and without the
// preflight that a PUT to another origin needs. The bytes pass as a stream and never enter Go.

import { allowOrigin } from './origins.mjs';

const PREFIX = '/storage';
const METHODS = ['GET', 'PUT'];
/** What an upload URL signs (edge/objects). Nothing else of a request reaches the bucket. */
const SIGNED_HEADERS = ['content-type', 'content-length', 'if-none-match', 'x-amz-checksum-sha256'];
/** What the bucket's response may say. */
const KEPT_HEADERS = ['content-type', 'content-length', 'etag', 'retry-after', 'x-amz-request-id'];
/** What is stored is somebody's bytes, and must do nothing on this origin. */
const SAFE = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

/** Reports whether a request is for the bucket. */
export function isStorage(request, env) {
  return (
    env.STORAGE_VIA === 'edge' &&
    METHODS.includes(request.method) &&
    new URL(request.url).pathname.startsWith(`${PREFIX}/`)
  );
}

/**
 * Forwards a request to the bucket and returns its response. The bucket checks the signature, and with it the number of
 * bytes. Nothing in it is reachable except keys of photos.
 */
export async function forward(request, env, send = fetch) {
  const { pathname, search, searchParams } = new URL(request.url);
  const path = pathname.slice(PREFIX.length);
  const { origin, base } = bucketOf(env);
  if (!isPhoto(path, base) || !searchParams.has('X-Amz-Signature')) return new Response(null, { status: 404 });

  const isUpload = request.method === 'PUT';
  const init = isUpload ? { headers: pick(request.headers, SIGNED_HEADERS), body: request.body } : {};
  try {
    const response = await send(`${origin}${path}${search}`, { method: request.method, ...init });
    const headers = pick(response.headers, KEPT_HEADERS, SAFE);
    allowOrigin(headers, request, env);
    return new Response(response.body, { status: response.status, headers });
  } catch {
    return new Response(null, { status: 503, headers: { 'retry-after': '1' } }); // who asked tries again
  }
}

/** The origin and the path of the bucket's URLs, as edge/objects makes them. */
function bucketOf({ S3_ENDPOINT, S3_BUCKET_NAME, AWS_REGION }) {
  if (!S3_ENDPOINT) return { origin: `https://${S3_BUCKET_NAME}.s3.${AWS_REGION}.amazonaws.com`, base: '' };
  const { origin, pathname } = new URL(S3_ENDPOINT);
  return { origin, base: `${pathname.replace(/\/$/, '')}/${S3_BUCKET_NAME}` };
}

const isPhoto = (path, base) =>
  path.startsWith(`${base}/sessions/`) && /^[\w.-]+\/[\w.-]+\.jpg$/.test(path.slice(`${base}/sessions/`.length));

function pick(from, names, others = {}) {
  const headers = new Headers(others);
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
