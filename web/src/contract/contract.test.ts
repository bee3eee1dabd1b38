/**
 * Every sample in shared/testdata against the TypeScript contract. The Go tests
 * decode the same files, so neither side can move alone: a key that a sample
 * has and its type does not, or the other way round, fails here.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type {
  ConfirmRequest,
  ConfirmResponse,
  CreateResponse,
  ExchangeRequest,
  Image,
  ListResponse,
  Metadata,
  PhoneLimits,
  PresignImage,
  PresignRequest,
  PresignResponse,
  PresignedUpload,
  Problem,
  RealtimeResponse,
  SessionEvent,
  TokenResponse,
} from './api';
import type { Command, EngineProblem, Message, PhotoSnapshot, Snapshot, Waiting } from './engine';

type Kind = 'string' | 'number' | 'boolean' | 'time' | Shape | [Kind] | { values: Kind } | { oneOf: readonly string[] };
interface Shape {
  required: Record<string, Kind>;
  optional: Record<string, Kind>;
}

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type RequiredKeys<T> = Exclude<keyof T, OptionalKeys<T>>;

/** The compiler checks that exactly the keys of T are named, each on its side. */
function shape<T>() {
  return <R extends Record<RequiredKeys<T>, Kind>, O extends Record<OptionalKeys<T>, Kind>>(
    required: R & Record<Exclude<keyof R, RequiredKeys<T>>, never>,
    ...optional: [OptionalKeys<T>] extends [never] ? [] : [O & Record<Exclude<keyof O, OptionalKeys<T>>, never>]
  ): Shape => ({ required, optional: optional[0] ?? {} });
}

const oneOf = <T extends string>(values: Record<T, true>): Kind => ({ oneOf: Object.keys(values) });

const metadata = shape<Metadata>()(
  {},
  {
    laterality: oneOf<NonNullable<Metadata['laterality']>>({ left: true, right: true, bilateral: true, na: true }),
    bodySite: 'string',
    view: oneOf<NonNullable<Metadata['view']>>({ overview: true, 'close-up': true }),
    notes: 'string',
    capturedAt: 'time',
    consentAt: 'time',
  },
);
const image = shape<Image>()(
  {
    imageId: 'string',
    s3Key: 'string',
    contentType: 'string',
    size: 'number',
    sha256: 'string',
    width: 'number',
    height: 'number',
    metadata,
    uploadedAt: 'time',
    updatedAt: 'time',
  },
  { previewUrl: 'string' },
);
const token = shape<TokenResponse>()(
  {
    encounterId: 'string',
    patientId: 'string',
    patientLabel: 'string',
    facilityId: 'string',
    uploadToken: 'string',
    journalKey: 'string',
    sessionExpiresAt: 'time',
    maxImages: 'number',
    imageCount: 'number',
    limits: shape<PhoneLimits>()({ maxImageBytes: 'number', maxNotes: 'number', maxBatch: 'number' }),
    consent: oneOf<TokenResponse['consent']>({ off: true, ask: true, require: true }),
  },
  { storageOrigin: 'string' },
);
const engineProblem = shape<EngineProblem>()({ code: 'string', detail: 'string', retryable: 'boolean' });
const photo = shape<PhotoSnapshot>()(
  {
    id: 'string',
    name: 'string',
    source: oneOf<PhotoSnapshot['source']>({ camera: true, gallery: true }),
    state: oneOf<PhotoSnapshot['state']>({
      chosen: true,
      compressing: true,
      ready: true,
      queued: true,
      signing: true,
      sending: true,
      confirming: true,
      confirmed: true,
      failed: true,
      cancelled: true,
    }),
    originalBytes: 'number',
    bytes: 'number',
    width: 'number',
    height: 'number',
    sentBytes: 'number',
    warnings: [
      oneOf<PhotoSnapshot['warnings'][number]>({ 'low-light': true, blurred: true, shrunk: true, duplicate: true }),
    ],
    metadata,
  },
  { problem: engineProblem, retryAt: 'time', confirmedAt: 'time' },
);
const snapshot = shape<Snapshot>()(
  {
    phase: oneOf<Snapshot['phase']>({
      idle: true,
      uploading: true,
      waiting: true,
      paused: true,
      done: true,
      stopped: true,
    }),
    photos: [photo],
    sentBytes: 'number',
    totalBytes: 'number',
    durable: 'boolean',
    imageCount: 'number',
    maxImages: 'number',
  },
  {
    secondsLeft: 'number',
    problem: engineProblem,
    waiting: [shape<Waiting>()({ session: 'string', photos: 'number', expiresAt: 'time' }, { patientLabel: 'string' })],
    eraseAt: 'time',
    erased: 'boolean',
  },
);
type Of<U extends { type: string }, T extends U['type']> = Extract<U, { type: T }>;

const samples: Record<string, Shape> = {
  'create-response.json': shape<CreateResponse>()(
    {
      encounterId: 'string',
      token: 'string',
      tokenExpiresAt: 'time',
      mobileUrl: 'string',
      typedCode: 'string',
      desktopToken: 'string',
      sessionExpiresAt: 'time',
      maxImages: 'number',
    },
    { storageOrigin: 'string' },
  ),
  'exchange-request.json': shape<ExchangeRequest>()({ typedCode: 'string' }),
  'token-response.json': token,
  'presign-request.json': shape<PresignRequest>()({
    encounterId: 'string',
    images: [shape<PresignImage>()({ imageId: 'string', contentType: 'string', size: 'number', sha256: 'string' })],
  }),
  'presign-response.json': shape<PresignResponse>()({
    images: [
      shape<PresignedUpload>()({
        imageId: 'string',
        s3Key: 'string',
        uploadUrl: 'string',
        headers: { values: 'string' },
        expiresAt: 'time',
      }),
    ],
  }),
  'confirm-request.json': shape<ConfirmRequest>()({
    encounterId: 'string',
    imageId: 'string',
    s3Key: 'string',
    width: 'number',
    height: 'number',
    metadata,
  }),
  'confirm-response.json': shape<ConfirmResponse>()({ image, imageCount: 'number', notified: 'boolean' }),
  'list-response.json': shape<ListResponse>()(
    { encounterId: 'string', images: [image], revision: 'number', sessionExpiresAt: 'time' },
    { phoneConnectedAt: 'time', urlsExpireAt: 'time' },
  ),
  'realtime-response.json': shape<RealtimeResponse>()(
    { token: 'string', expiresAt: 'time', channel: 'string' },
    { realtimeUrl: 'string' },
  ),
  'event.json': shape<SessionEvent>()({ revision: 'number' }, { imageId: 'string' }),
  'problem.json': shape<Problem>()({
    type: 'string',
    title: 'string',
    status: 'number',
    code: 'string',
    detail: 'string',
    requestId: 'string',
  }),
  'engine-open.json': shape<Of<Command, 'open'>>()({ type: oneOf({ open: true }), apiBase: 'string', session: token }),
  'engine-describe.json': shape<Of<Command, 'describe'>>()({ type: oneOf({ describe: true }), id: 'string', metadata }),
  'engine-lifecycle.json': shape<Of<Command, 'lifecycle'>>()({
    type: oneOf({ lifecycle: true }),
    visible: 'boolean',
    online: 'boolean',
  }),
  'engine-snapshot.json': shape<Of<Message, 'snapshot'>>()({ type: oneOf({ snapshot: true }), snapshot }),
};

/** What is wrong with a value, as paths; nothing is left out and nothing is too much. */
function complaints(value: unknown, kind: Kind, path = ''): string[] {
  if (kind === 'time')
    return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? [] : [`${path} is no time`];
  if (typeof kind === 'string') return typeof value === kind ? [] : [`${path} is not a ${kind}`];
  if (Array.isArray(kind)) {
    return Array.isArray(value)
      ? value.flatMap((item, i) => complaints(item, kind[0], `${path}[${i}]`))
      : [`${path} is no list`];
  }
  if ('oneOf' in kind && Array.isArray(kind.oneOf))
    return kind.oneOf.includes(value) ? [] : [`${path} may not be ${String(value)}`];
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const entries = Object.entries(value);
  if ('values' in kind)
    return entries.flatMap(([key, item]) => complaints(item, kind.values as Kind, `${path}.${key}`));
  const { required, optional } = kind as Shape;
  const missing = Object.keys(required)
    .filter((key) => !(key in value))
    .map((key) => `${path}.${key} is missing`);
  const wrong = entries.flatMap(([key, item]) => {
    const expected = required[key] ?? optional[key];
    return expected ? complaints(item, expected, `${path}.${key}`) : [`${path}.${key} is not in the contract`];
  });
  return [...missing, ...wrong];
}

const folder = new URL('../../../shared/testdata/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('the samples of shared/testdata', () => {
  it('are all known here', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort(),
    ).toEqual(Object.keys(samples).sort());
  });

  it.each(Object.keys(samples))('%s', (name) => {
    expect(complaints(read(name), samples[name] as Shape)).toEqual([]);
  });

  it('would be missed, were one key another', () => {
    const sample = read('event.json') as Record<string, unknown>;
    const { revision, ...rest } = sample;
    expect(complaints({ ...rest, version: revision }, samples['event.json'] as Shape)).toEqual([
      '.revision is missing',
      '.version is not in the contract',
    ]);
    expect(complaints({ ...sample, revision: '3' }, samples['event.json'] as Shape)).toEqual([
      '.revision is not a number',
    ]);
  });
});
