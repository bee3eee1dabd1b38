/**
 * The measured calls of the edge as one would write them in TypeScript: Hono,
 * jose, @upstash/redis and aws4fetch, with the same scripts in Redis, the same
 * checks and the same number of calls to others.
 */

import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { SignJWT, jwtVerify, type JWTPayload } from 'jose';
import invite from '../../../edge/upstash/lua/invite.lua';
import session from '../../../edge/upstash/lua/session.lua';
import sweep from '../../../edge/upstash/lua/sweep.lua';
import addImage from '../../../edge/upstash/lua/addImage.lua';
import connectPhone from '../../../edge/upstash/lua/connectPhone.lua';
import createSession from '../../../edge/upstash/lua/createSession.lua';
import getImages from '../../../edge/upstash/lua/getImages.lua';
import reserve from '../../../edge/upstash/lua/reserve.lua';
import type {
  Clinician,
  ConfirmRequest,
  ConfirmResponse,
  CreateResponse,
  Image,
  ListResponse,
  PresignRequest,
  PresignResponse,
  Grant,
} from '../../../web/src/contract/api';
import { base64, bytes, crockford, hex, hmac, random, sha256 } from './encodings';
import { objectUrl, presign, publish, redis, run, s3, state, type Bindings, type C } from './services';

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

/** A script on a session, as edge/upstash/scripts.go makes it. */
const onSession = (act: string): string =>
  `local sweepPause, urlLife = 10000, 360000\n${session}${invite}local function act()\n${act}\nend\n${sweep}`;
const scripts = {
  createSession: onSession(createSession),
  connectPhone: onSession(connectPhone),
  reserve: onSession(reserve),
  addImage: onSession(addImage),
  getImages: onSession(getImages),
};
const keysOf = (encounterId: string): string[] => [`encounter:${encounterId}`, `doomed:${encounterId}`];
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
  const clinician: Clinician = { id: String(launch.sub) };
  const created = {
    id,
    encounterId,
    patientId,
    patientLabel,
    facilityId,
    clinician,
    journalKey: base64(random(32)),
    createdAt: new Date().toISOString(),
  };
  const [session, expires] = await run<[Session, number]>(
    c,
    scripts.createSession,
    [
      ...keysOf(String(encounterId)),
      `token:${await sha256(token)}`,
      `code:${await hmac(c.env.SESSION_SECRET, `code ${digits}`)}`,
    ],
    [
      id,
      Date.now(),
      SESSION_TTL,
      '',
      JSON.stringify(created),
      Date.now() + 6 * SESSION_TTL,
      patientId,
      facilityId,
      encounterId,
      QR_TTL,
      patientLabel,
    ],
  );
  const answer: CreateResponse = {
    encounterId: session.encounterId,
    token,
    tokenExpiresAt: later(QR_TTL),
    mobileUrl: `${c.env.BASE_URL}/mobile#t=${token}`,
    typedCode: `${digits.slice(0, 4)}-${digits.slice(4)}`,
    desktopToken: await issue(c, session, { scope: 'desktop', clinician }),
    sessionExpiresAt: new Date(Number(expires)).toISOString(),
    serverTime: later(0),
    maxImages: MAX_IMAGES,
    clinician,
    limits: { maxImageBytes: MAX_IMAGE_BYTES, maxNotes: 500, maxBatch: MAX_IMAGES },
    consent: 'off',
  };
  return c.json(answer, 201);
});

app.get('/token/:token', async (c) => {
  const found = await redis(c).get<{ encounterId: string; sessionId: string; generation: number }>(
    `token:${await sha256(c.req.param('token'))}`,
  );
  if (!found) throw new HTTPException(404, { message: 'token_invalid' });
  const phoneId = hex(random(16));
  const phone = { phoneId, name: 'iPhone, Safari', joinedAt: later(0) };
  const [session, expires, revision, imageCount] = await run<[Session, number, number, number]>(
    c,
    scripts.connectPhone,
    keysOf(found.encounterId),
    [found.sessionId, Date.now(), SESSION_TTL, '', String(found.generation), phoneId, JSON.stringify(phone), 50, -1],
  );
  publish(c, session.encounterId, 'phone-connected', { revision });
  const answer: Grant = {
    encounterId: session.encounterId,
    patientId: session.patientId,
    patientLabel: session.patientLabel,
    facilityId: session.facilityId,
    phoneId,
    uploadToken: await issue(c, session, { scope: 'phone', phone: phoneId }),
    journalKey: session.journalKey,
    sessionExpiresAt: new Date(Number(expires)).toISOString(),
    serverTime: later(0),
    maxImages: MAX_IMAGES,
    imageCount: Number(imageCount),
    limits: { maxImageBytes: MAX_IMAGE_BYTES, maxNotes: 500, maxBatch: MAX_IMAGES },
    consent: 'off',
  };
  return c.json(answer);
});

app.post('/presigned-url', async (c) => {
  const request = await c.req.json<PresignRequest>();
  const { sessionId, phoneId } = await authorize(c, request.encounterId, ['phone']);
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
  const [keys, revision, fresh] = await run<[string[], number, number]>(
    c,
    scripts.reserve,
    keysOf(request.encounterId),
    [sessionId, now, SESSION_TTL, phoneId, MAX_IMAGES, ...wanted],
  );
  if (Number(fresh) === 1) publish(c, request.encounterId, 'images-expected', { revision: Number(revision) });
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
  const { sessionId, phoneId } = await authorize(c, request.encounterId, ['phone']);
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
    phoneId,
  };
  const [image, imageCount, revision] = await run<[Image, number, number]>(
    c,
    scripts.addImage,
    keysOf(request.encounterId),
    [
      sessionId,
      Date.now(),
      SESSION_TTL,
      phoneId,
      request.imageId,
      request.s3Key,
      stored.size,
      stored.sha256,
      JSON.stringify(stored),
      request.metadataVersion ?? 0,
      MAX_IMAGES,
    ],
  );
  publish(c, request.encounterId, 'image-uploaded', {
    imageId: request.imageId,
    revision: Number(revision),
  });
  const answer: ConfirmResponse = { image, imageCount: Number(imageCount) };
  return c.json(answer);
});

app.get('/images/:encounterId', async (c) => {
  const encounterId = c.req.param('encounterId');
  const { sessionId, phoneId } = await authorize(c, encounterId, ['desktop', 'phone']);
  const [fields] = await run<[unknown[]]>(c, scripts.getImages, keysOf(encounterId), [
    sessionId,
    Date.now(),
    0,
    phoneId,
  ]);
  const { images, revision, expires, phones, expected } = state(fields);
  const answer: ListResponse = {
    encounterId,
    revision,
    sessionExpiresAt: new Date(expires).toISOString(),
    serverTime: later(0),
    phones,
    expected,
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

async function authorize(c: C, encounterId: string, scopes: string[]): Promise<{ sessionId: string; phoneId: string }> {
  const claims = await verify(c, c.env.SESSION_SECRET);
  if (!scopes.includes(String(claims.scope))) throw new HTTPException(403, { message: 'forbidden' });
  if (claims.sub !== encounterId) throw new HTTPException(409, { message: 'encounter_mismatch' });
  return { sessionId: String(claims.sid), phoneId: String(claims.phone ?? '') };
}

function issue(c: C, session: Session, claims: JWTPayload): Promise<string> {
  return new SignJWT({ ...claims, sid: session.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('photobridge')
    .setAudience('photobridge')
    .setSubject(session.encounterId)
    .setIssuedAt()
    .setExpirationTime('12h')
    .sign(bytes(c.env.SESSION_SECRET));
}
