/**
 * The measured calls of the edge as one would write them in TypeScript: Hono,
 * jose, @upstash/redis and aws4fetch, with the same scripts in Redis, the same
 * checks and the same number of calls to others.
 */

import { Redis } from '@upstash/redis';
import { AwsClient } from 'aws4fetch';
import { Hono, type Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { SignJWT, jwtVerify, type JWTPayload } from 'jose';
import invite from '../../../edge/upstash/lua/invite.lua';
import live from '../../../edge/upstash/lua/live.lua';
import addImage from '../../../edge/upstash/lua/addImage.lua';
import connectPhone from '../../../edge/upstash/lua/connectPhone.lua';
import createSession from '../../../edge/upstash/lua/createSession.lua';
import getImages from '../../../edge/upstash/lua/getImages.lua';
import reserve from '../../../edge/upstash/lua/reserve.lua';
import type {
  ConfirmRequest,
  CreateResponse,
  Image,
  ListResponse,
  PresignRequest,
  PresignResponse,
  TokenResponse,
} from '../../../web/src/contract/api';

type Name =
  | 'UPSTASH_REDIS_REST_URL'
  | 'UPSTASH_REDIS_REST_TOKEN'
  | 'AWS_REGION'
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_SECRET_ACCESS_KEY'
  | 'S3_BUCKET_NAME'
  | 'S3_ENDPOINT'
  | 'ABLY_API_KEY'
  | 'ABLY_REST_URL'
  | 'BASE_URL'
  | 'SESSION_SECRET'
  | 'LAUNCH_SECRET';
type Bindings = Record<Name, string>;
type C = Context<{ Bindings: Bindings }>;

interface Session {
  id: string;
  encounterId: string;
  patientId: string;
  patientLabel: string;
  facilityId: string;
  journalKey: string;
}

const SESSION_TTL = 2 * 60 * 60 * 1000;
const QR_TTL = 10 * 60 * 1000;
const MAX_IMAGES = 20;
const MAX_IMAGE_BYTES = 1_000_000;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LATERALITIES = new Set(['left', 'right', 'bilateral', 'na', undefined]);

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const hex = (data: ArrayBuffer | Uint8Array): string =>
  Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, '0')).join('');
const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));
const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));
const sha256 = async (text: string): Promise<string> => hex(await crypto.subtle.digest('SHA-256', bytes(text)));
const hmac = async (key: string, text: string): Promise<string> =>
  hex(
    await crypto.subtle.sign(
      'HMAC',
      await crypto.subtle.importKey('raw', bytes(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
      bytes(text),
    ),
  );
/** Five bytes as eight digits of base 32. */
const crockford = (data: Uint8Array): string =>
  BigInt(`0x${hex(data)}`)
    .toString(32)
    .padStart(8, '0')
    .replace(/[a-v]/g, (digit) => 'ABCDEFGHJKMNPQRSTVWXYZ'[digit.charCodeAt(0) - 97] ?? '');
const later = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

const app = new Hono<{ Bindings: Bindings }>().basePath('/api/medtech/session');

app.onError((error, c) => {
  const status = error instanceof HTTPException ? error.status : 500;
  return c.json(
    {
      type: 'about:blank',
      title: error.message,
      status,
      code: error.message,
      detail: error.message,
      requestId: c.res.headers.get('X-Request-Id'),
    },
    status,
  );
});

app.use(async (c, next) => {
  const started = Date.now();
  const requestId = hex(random(8));
  await next();
  c.header('X-Request-Id', requestId);
  c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Strict-Transport-Security', 'max-age=31536000');
  console.log(JSON.stringify({ requestId, method: c.req.method, status: c.res.status, ms: Date.now() - started }));
});

app.post('/create', async (c) => {
  const launch = await verify(c, c.env.LAUNCH_SECRET);
  const { encounterId, patientId, facilityId, patientLabel } = launch as Record<string, string>;
  if (![encounterId, patientId, facilityId].every((id) => typeof id === 'string' && ID.test(id)))
    throw new HTTPException(401, { message: 'unauthorized' });
  const token = base64(random(20)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  const digits = crockford(random(5));
  const id = hex(random(16));
  const created = {
    id,
    encounterId,
    patientId,
    patientLabel,
    facilityId,
    clinician: launch.sub,
    journalKey: base64(random(32)),
    createdAt: new Date().toISOString(),
  };
  const [session] = await run<[Session]>(
    c,
    invite + createSession,
    [
      `encounter:${encounterId}`,
      `token:${await sha256(token)}`,
      `code:${await hmac(c.env.SESSION_SECRET, `code ${digits}`)}`,
    ],
    [JSON.stringify(created), id, SESSION_TTL, encounterId, QR_TTL],
  );
  const answer: CreateResponse = {
    encounterId: session.encounterId,
    token,
    tokenExpiresAt: later(QR_TTL),
    mobileUrl: `${c.env.BASE_URL}/mobile#t=${token}`,
    typedCode: `${digits.slice(0, 4)}-${digits.slice(4)}`,
    desktopToken: await issue(c, 'desktop', session),
    sessionExpiresAt: later(SESSION_TTL),
    maxImages: MAX_IMAGES,
  };
  return c.json(answer, 201);
});

app.get('/token/:token', async (c) => {
  const found = await redis(c).get<{ encounterId: string; sessionId: string; generation: number }>(
    `token:${await sha256(c.req.param('token'))}`,
  );
  if (!found) throw new HTTPException(404, { message: 'token_invalid' });
  const [fields] = await run<[unknown[]]>(
    c,
    live + connectPhone,
    [`encounter:${found.encounterId}`],
    [found.sessionId, SESSION_TTL, String(found.generation), Date.now()],
  );
  const { session, images, revision } = state(fields);
  await publish(c, session.encounterId, 'phone-connected', { revision });
  const answer: TokenResponse = {
    encounterId: session.encounterId,
    patientId: session.patientId,
    patientLabel: session.patientLabel,
    facilityId: session.facilityId,
    uploadToken: await issue(c, 'phone', session),
    journalKey: session.journalKey,
    sessionExpiresAt: later(SESSION_TTL),
    maxImages: MAX_IMAGES,
    imageCount: images.length,
    limits: { maxImageBytes: MAX_IMAGE_BYTES, maxNotes: 500, maxBatch: MAX_IMAGES },
    consent: 'off',
  };
  return c.json(answer);
});

app.post('/presigned-url', async (c) => {
  const request = await c.req.json<PresignRequest>();
  const sessionId = await authorize(c, request.encounterId, ['phone']);
  for (const image of request.images) {
    if (
      !ID.test(image.imageId) ||
      image.contentType !== 'image/jpeg' ||
      image.size < 1 ||
      image.size > MAX_IMAGE_BYTES ||
      atob(image.sha256).length !== 32
    ) {
      throw new HTTPException(400, { message: 'bad_request' });
    }
  }
  const now = Date.now();
  const wanted = request.images.flatMap(({ imageId, size, sha256: hash }) => [
    imageId,
    size,
    hash,
    `sessions/${request.encounterId}/${now}_${imageId}.jpg`,
    now + 6 * 60_000,
  ]);
  const [keys] = await run<[string[]]>(
    c,
    live + reserve,
    [`encounter:${request.encounterId}`],
    [sessionId, SESSION_TTL, now, MAX_IMAGES, ...wanted],
  );
  const answer: PresignResponse = {
    images: await Promise.all(
      request.images.map(async (image, i) => {
        const s3Key = keys[i] ?? '';
        const headers = { 'content-type': 'image/jpeg', 'if-none-match': '*', 'x-amz-checksum-sha256': image.sha256 };
        const uploadUrl = await presign(c, 'PUT', s3Key, 300, { ...headers, 'content-length': String(image.size) });
        return { imageId: image.imageId, s3Key, uploadUrl, headers, expiresAt: later(300_000) };
      }),
    ),
  };
  return c.json(answer);
});

app.post('/images', async (c) => {
  const request = await c.req.json<ConfirmRequest>();
  const sessionId = await authorize(c, request.encounterId, ['phone']);
  if (!LATERALITIES.has(request.metadata.laterality) || (request.metadata.notes ?? '').length > 500)
    throw new HTTPException(422, { message: 'metadata_invalid' });
  const head = await s3(c).fetch(objectUrl(c, request.s3Key), {
    method: 'HEAD',
    headers: { 'x-amz-checksum-mode': 'ENABLED' },
  });
  if (!head.ok) throw new HTTPException(409, { message: 'object_missing' });
  const now = new Date().toISOString();
  const stored = {
    imageId: request.imageId,
    s3Key: request.s3Key,
    contentType: 'image/jpeg',
    size: Number(head.headers.get('content-length')),
    sha256: head.headers.get('x-amz-checksum-sha256') ?? '',
    width: request.width,
    height: request.height,
    metadata: request.metadata,
    uploadedAt: now,
    updatedAt: now,
  };
  const [image, imageCount, revision] = await run<[Image, number, number]>(
    c,
    live + addImage,
    [`encounter:${request.encounterId}`],
    [
      sessionId,
      SESSION_TTL,
      request.imageId,
      request.s3Key,
      stored.size,
      stored.sha256,
      JSON.stringify(stored),
      MAX_IMAGES,
    ],
  );
  const notified = await publish(c, request.encounterId, 'image-uploaded', {
    imageId: request.imageId,
    revision: Number(revision),
  });
  return c.json({ image, imageCount, notified });
});

app.get('/images/:encounterId', async (c) => {
  const encounterId = c.req.param('encounterId');
  const sessionId = await authorize(c, encounterId, ['desktop', 'phone']);
  const [fields] = await run<[unknown[]]>(c, live + getImages, [`encounter:${encounterId}`], [sessionId, SESSION_TTL]);
  const { images, revision } = state(fields);
  const answer: ListResponse = {
    encounterId,
    revision,
    sessionExpiresAt: later(SESSION_TTL),
    urlsExpireAt: later(3_600_000),
    images: await Promise.all(
      images.map(async (image) => ({ ...image, previewUrl: await presign(c, 'GET', image.s3Key, 3600, {}) })),
    ),
  };
  c.header('ETag', `"${sessionId.slice(0, 8)}-${revision}"`);
  return c.json(answer);
});

export default app;

async function verify(c: C, secret: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify((c.req.header('Authorization') ?? '').replace(/^Bearer /, ''), bytes(secret), {
      algorithms: ['HS256'],
      clockTolerance: 60,
      requiredClaims: ['exp'],
    });
    return payload;
  } catch {
    throw new HTTPException(401, { message: 'unauthorized' });
  }
}

async function authorize(c: C, encounterId: string, scopes: string[]): Promise<string> {
  const claims = await verify(c, c.env.SESSION_SECRET);
  if (!scopes.includes(String(claims.scope))) throw new HTTPException(403, { message: 'forbidden' });
  if (claims.sub !== encounterId) throw new HTTPException(409, { message: 'encounter_mismatch' });
  return String(claims.sid);
}

function issue(c: C, scope: string, session: Session): Promise<string> {
  return new SignJWT({ scope, sid: session.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('photobridge')
    .setAudience('photobridge')
    .setSubject(session.encounterId)
    .setIssuedAt()
    .setExpirationTime('12h')
    .sign(bytes(c.env.SESSION_SECRET));
}

function redis(c: C): Redis {
  return new Redis({
    url: c.env.UPSTASH_REDIS_REST_URL,
    token: c.env.UPSTASH_REDIS_REST_TOKEN,
    enableTelemetry: false,
  });
}

/** Scripts by their hash, which is computed once. */
const shas = new Map<string, string>();

async function run<Answer>(c: C, source: string, keys: string[], args: unknown[]): Promise<Answer> {
  let sha = shas.get(source);
  if (sha === undefined) shas.set(source, (sha = hex(await crypto.subtle.digest('SHA-1', bytes(source)))));
  const client = redis(c);
  let answer: unknown[];
  try {
    answer = (await client.evalsha(sha, keys, args)) as unknown[];
  } catch (error) {
    if (!String(error).includes('NOSCRIPT')) throw error;
    answer = (await client.eval(source, keys, args)) as unknown[];
  }
  if (answer[0] !== 'ok') throw new HTTPException(404, { message: String(answer[0]) });
  return answer.slice(1) as Answer;
}

/** HGETALL's pairs; the client has parsed what is JSON. */
function state(fields: unknown[]): { session: Session; images: Image[]; revision: number } {
  const images: Image[] = [];
  let session: Session | undefined;
  let revision = 0;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = String(fields[i]);
    if (name === 'session') session = fields[i + 1] as Session;
    if (name === 'revision') revision = Number(fields[i + 1]);
    if (name.startsWith('image:')) images.push(fields[i + 1] as Image);
  }
  if (!session) throw new HTTPException(404, { message: 'session_expired' });
  return { session, images: images.sort((a, b) => a.uploadedAt.localeCompare(b.uploadedAt)), revision };
}

function s3(c: C): AwsClient {
  return new AwsClient({
    accessKeyId: c.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: c.env.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: c.env.AWS_REGION,
    retries: 0,
  });
}

function objectUrl(c: C, key: string): string {
  return `${c.env.S3_ENDPOINT}/${c.env.S3_BUCKET_NAME}/${key}`;
}

async function presign(
  c: C,
  method: string,
  key: string,
  seconds: number,
  headers: Record<string, string>,
): Promise<string> {
  const signed = await s3(c).sign(`${objectUrl(c, key)}?X-Amz-Expires=${seconds}`, {
    method,
    headers,
    aws: { signQuery: true, allHeaders: true },
  });
  return signed.url;
}

async function publish(c: C, encounterId: string, name: string, event: object): Promise<boolean> {
  const response = await fetch(
    `${c.env.ABLY_REST_URL}/channels/${encodeURIComponent(`session:${encounterId}`)}/messages`,
    {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(c.env.ABLY_API_KEY)}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, data: JSON.stringify(event), encoding: 'json' }),
    },
  );
  await response.arrayBuffer();
  return response.ok;
}
