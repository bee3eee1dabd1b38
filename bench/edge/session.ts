import { randomBytes } from 'node:crypto';
import { Session, signLaunch } from '../../harness/people/practice.ts';
import { Uploader } from '../../harness/people/uploader.ts';
import type { Call } from './load.ts';

const LAUNCHES = 4_000;
const IMAGES = 3;

/**
 * Opens a session with some photos, and says how each measured call is made on
 * it. The workers share secrets and Redis, so they share the session too.
 */
export async function prepare(env: Record<string, string>, origin: string): Promise<Call[]> {
  const encounterId = `bench-${randomBytes(4).toString('hex')}`;
  const session = await Session.open({ edge: origin, env }, 'Bench', encounterId);
  const phone = await Uploader.scan({ edge: origin }, session.url);
  // So many phones join that a session forgets its first ones
  const joined = await Session.open({ edge: origin, env }, 'Bench', `${encounterId}-joined`);
  const photos = Array.from({ length: IMAGES }, () => randomBytes(50_000));
  const reservation = phone.reservation(photos);
  const shape = { width: 30, height: 20, metadata: { laterality: 'left', notes: 'bench' } } as const;
  const [first] = await phone.send(photos, shape, reservation);
  const launches = await Promise.all(
    Array.from({ length: LAUNCHES }, (_, i) => signLaunch(env.LAUNCH_SECRET ?? '', `${encounterId}-${i}`, 'Bench')),
  );
  let next = 0;
  const upload = (): string => phone.grant.uploadToken;
  return [
    {
      name: 'create',
      method: 'POST',
      path: () => '/create',
      token: () => launches[next++ % LAUNCHES] ?? '',
      status: 201,
    },
    { name: 'token', method: 'GET', path: () => `/token/${joined.token}`, token: () => '', status: 200 },
    {
      name: 'presign',
      method: 'POST',
      path: () => '/presigned-url',
      token: upload,
      body: JSON.stringify(reservation),
      status: 200,
    },
    {
      name: 'confirm',
      method: 'POST',
      path: () => '/images',
      token: upload,
      body: JSON.stringify(first?.confirmation),
      status: 200,
    },
    {
      name: 'list',
      method: 'GET',
      path: () => `/images/${encounterId}`,
      token: () => session.desktopToken,
      status: 200,
    },
  ];
}
