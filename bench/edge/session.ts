import { createHash, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { CreateResponse, PresignResponse, TokenResponse } from '../../web/src/contract/api.ts';
import type { Call } from './load.ts';

const LAUNCHES = 4_000;
const IMAGES = 3;

/** Opens a session with some photos, and says how each measured call is made on it. Both workers share it: they share secrets and Redis. */
export async function prepare(env: Record<string, string>, origin: string): Promise<Call[]> {
  const secret = new TextEncoder().encode(env.LAUNCH_SECRET);
  const launch = (encounterId: string): Promise<string> =>
    new SignJWT({ facilityId: 'fac-1', patientId: 'pat-1', encounterId, patientLabel: 'Bench' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('bench')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(secret);
  const api = async <Answer>(method: string, path: string, token: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${origin}/api/medtech/session${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const encounterId = `bench-${randomBytes(4).toString('hex')}`;
  const desktop = await api<CreateResponse>('POST', '/create', await launch(encounterId));
  const phone = await api<TokenResponse>('GET', `/token/${desktop.token}`, '');
  const photos = Array.from({ length: IMAGES }, () => randomBytes(50_000));
  const images = photos.map((photo) => ({
    imageId: randomBytes(16).toString('hex'),
    contentType: 'image/jpeg',
    size: photo.length,
    sha256: createHash('sha256').update(photo).digest('base64'),
  }));
  const presign = { encounterId, images };
  const { images: slots } = await api<PresignResponse>('POST', '/presigned-url', phone.uploadToken, presign);
  const confirmations = slots.map(({ imageId, s3Key }) => ({
    encounterId,
    imageId,
    s3Key,
    width: 30,
    height: 20,
    metadata: { laterality: 'left', notes: 'bench' },
  }));
  for (const [i, slot] of slots.entries()) {
    const put = await fetch(slot.uploadUrl, { method: 'PUT', headers: slot.headers, body: photos[i] ?? null });
    if (!put.ok) throw new Error(`PUT answered ${put.status}`);
    await api('POST', '/images', phone.uploadToken, confirmations[i]);
  }

  const launches = await Promise.all(Array.from({ length: LAUNCHES }, (_, i) => launch(`${encounterId}-${i}`)));
  let next = 0;
  const upload = (): string => phone.uploadToken;
  return [
    {
      name: 'create',
      method: 'POST',
      path: () => '/create',
      token: () => launches[next++ % LAUNCHES] ?? '',
      status: 201,
    },
    { name: 'token', method: 'GET', path: () => `/token/${desktop.token}`, token: () => '', status: 200 },
    {
      name: 'presign',
      method: 'POST',
      path: () => '/presigned-url',
      token: upload,
      body: JSON.stringify(presign),
      status: 200,
    },
    {
      name: 'confirm',
      method: 'POST',
      path: () => '/images',
      token: upload,
      body: JSON.stringify(confirmations[0]),
      status: 200,
    },
    {
      name: 'list',
      method: 'GET',
      path: () => `/images/${encounterId}`,
      token: () => desktop.desktopToken,
      status: 200,
    },
  ];
}
