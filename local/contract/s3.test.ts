import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, describe, expect, it } from 'vitest';
import { hits, inject, restore, skewClock } from '../../harness/faults/faults.ts';
import { cloud, variable } from './cloud.ts';

const Bucket = variable('S3_BUCKET_NAME');
const photo = Buffer.alloc(300_000, 'not quite a photo ');
const checksum = createHash('sha256').update(photo).digest('base64');
const page = variable('BASE_URL');

const connect = (secretAccessKey = variable('AWS_SECRET_ACCESS_KEY')): S3Client =>
  new S3Client({
    endpoint: variable('S3_ENDPOINT'),
    region: variable('AWS_REGION'),
    credentials: { accessKeyId: variable('AWS_ACCESS_KEY_ID'), secretAccessKey },
    forcePathStyle: true,
  });

const client = connect();
afterEach(() => restore(cloud));

let keys = 0;
const newKey = (): string => `sessions/enc-js/${++keys}_photo.jpg`;

const put = (Key: string): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: photo, ContentType: 'image/jpeg', ChecksumSHA256: checksum }));

/** A URL that is good for this photo, once, as the edge signs it. */
function signPut(Key: string, expiresIn = 300): Promise<string> {
  const command = new PutObjectCommand({
    Bucket,
    Key,
    ContentType: 'image/jpeg',
    ContentLength: photo.length,
    ChecksumSHA256: checksum,
    IfNoneMatch: '*',
  });
  const signed = ['content-type', 'x-amz-checksum-sha256', 'if-none-match'];
  return getSignedUrl(client, command, {
    expiresIn,
    signableHeaders: new Set(['host', 'content-length', ...signed]),
    unhoistableHeaders: new Set(signed),
  });
}

interface Answer {
  status: number;
  code: string | undefined;
  origin: string | null;
}

async function send(url: string, body: Buffer = photo, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: {
      'content-type': 'image/jpeg',
      'if-none-match': '*',
      'x-amz-checksum-sha256': checksum,
      origin: page,
      ...headers,
    },
  });
  const text = await response.text();
  return {
    status: response.status,
    code: /<Code>(\w+)<\/Code>/.exec(text)?.[1],
    origin: response.headers.get('access-control-allow-origin'),
  };
}

describe('a presigned PUT', () => {
  it('is good once', async () => {
    const url = await signPut(newKey());
    expect(await send(url)).toEqual({ status: 200, code: undefined, origin: page });
    expect(await send(url)).toEqual({ status: 412, code: 'PreconditionFailed', origin: page });
  });

  it.each<[string, Buffer, Record<string, string>, number, string]>([
    ['other bytes', Buffer.alloc(photo.length, 'x'), {}, 400, 'BadDigest'],
    ['another length', photo.subarray(1), {}, 403, 'SignatureDoesNotMatch'],
    ['another type', photo, { 'content-type': 'text/html' }, 403, 'SignatureDoesNotMatch'],
    ['another checksum', photo, { 'x-amz-checksum-sha256': 'AAAA' }, 403, 'SignatureDoesNotMatch'],
  ])('is not good for %s', async (_, body, headers, status, code) => {
    expect(await send(await signPut(newKey()), body, headers)).toEqual({ status, code, origin: page });
  });

  it('expires', async () => {
    const url = await signPut(newKey(), 300);
    await skewClock(cloud, 's3', 301);
    expect(await send(url)).toEqual({ status: 403, code: 'AccessDenied', origin: page });
  });

  it('is let through by a preflight', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${variable('S3_ENDPOINT')}/${Bucket}/${newKey()}`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-type,if-none-match,x-amz-checksum-sha256',
        },
      });
    const allowed = await preflight(page);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, page]);
    expect(allowed.headers.get('access-control-allow-headers')).toMatch(/x-amz-checksum-sha256/i);
    expect((await preflight('http://elsewhere.test')).status).toBe(403);
  });
});

describe('an object', () => {
  it('is what was put', async () => {
    const Key = newKey();
    await put(Key);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect([head.ContentLength, head.ContentType, head.ChecksumSHA256]).toEqual([photo.length, 'image/jpeg', checksum]);
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(photo)).toBe(true);
    const got = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-3' }));
    expect(await got.Body?.transformToString()).toBe('not ');
  });

  it('is not put where one is', async () => {
    const Key = newKey();
    await put(Key);
    const again = new PutObjectCommand({ Bucket, Key, Body: 'other', IfNoneMatch: '*' });
    await expect(client.send(again)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it('is not put with a checksum of something else', async () => {
    const command = new PutObjectCommand({ Bucket, Key: newKey(), Body: 'other', ChecksumSHA256: checksum });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
  });

  it('is listed until it is deleted', async () => {
    const Key = `${newKey()}-listed`;
    const list = async (): Promise<(string | undefined)[]> => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
      return Contents.map((object) => object.Key);
    };
    await put(Key);
    expect(await list()).toEqual([Key]);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await list()).toEqual([]);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('failures', () => {
  it('of the credentials are reported', async () => {
    const wrong = connect('wrong').send(new ListObjectsV2Command({ Bucket }));
    await expect(wrong).rejects.toMatchObject({ name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } });
  });

  it.each(['drop-before', 'drop-after', 'status', 'cut-upload'] as const)(
    'of the connection (%s) are overcome',
    async (effect) => {
      await inject(cloud, { service: 's3', effect, route: 'PUT object', next: 1 });
      const Key = newKey();
      await put(Key);
      expect(await hits(cloud)).toEqual([1]);
      expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(photo.length);
    },
  );

  it('in the middle of an answer are seen', async () => {
    const Key = newKey();
    await put(Key);
    await inject(cloud, { service: 's3', effect: 'cut', route: 'GET object', next: 1 });
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await expect(Body?.transformToByteArray()).rejects.toThrow();
  });
});
