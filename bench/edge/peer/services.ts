/** The services that the measured calls use: Redis, S3 and Ably. */

import { Redis } from '@upstash/redis';
import { AwsClient } from 'aws4fetch';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ExpectedImage, Image, Phone } from '../../../web/src/contract/api';
import { bytes, hex } from './encodings';

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
export type Bindings = Record<Name, string>;
export type C = Context<{ Bindings: Bindings }>;

export function redis(c: C): Redis {
  return new Redis({
    url: c.env.UPSTASH_REDIS_REST_URL,
    token: c.env.UPSTASH_REDIS_REST_TOKEN,
    enableTelemetry: false,
  });
}

/** Scripts by their hash, which is computed once. */
const shas = new Map<string, string>();

export async function run<Answer>(c: C, source: string, keys: string[], args: unknown[]): Promise<Answer> {
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
  return answer.slice(2) as Answer; // the second lists objects to delete
}

/** HGETALL's pairs; the client has parsed what is JSON. */
export function state(fields: unknown[]): {
  images: Image[];
  revision: number;
  expires: number;
  phones: Phone[];
  expected: ExpectedImage[];
} {
  const images: Image[] = [];
  const phones: Phone[] = [];
  const expected: ExpectedImage[] = [];
  const seen = new Map<string, string>();
  let revision = 0;
  let expires = 0;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = String(fields[i]);
    if (name === 'expires') expires = Number(fields[i + 1]);
    if (name === 'revision') revision = Number(fields[i + 1]);
    if (name.startsWith('image:')) images.push(fields[i + 1] as Image);
    if (name.startsWith('phone:')) phones.push(fields[i + 1] as Phone);
    if (name.startsWith('seen:')) seen.set(name.slice(5), new Date(Number(fields[i + 1])).toISOString());
    if (name.startsWith('slot:')) {
      const slot = fields[i + 1] as { phoneId: string; reserved: number };
      const reservedAt = new Date(slot.reserved).toISOString();
      expected.push({ imageId: name.slice(5), phoneId: slot.phoneId, reservedAt });
    }
  }
  for (const phone of phones) {
    phone.lastSeenAt = seen.get(phone.phoneId) ?? '';
    phone.removed = !seen.has(phone.phoneId);
  }
  phones.sort((a, b) => a.joinedAt.localeCompare(b.joinedAt));
  expected.sort((a, b) => a.reservedAt.localeCompare(b.reservedAt));
  images.sort((a, b) => a.uploadedAt.localeCompare(b.uploadedAt));
  return { images, revision, expires, phones, expected };
}

export function s3(c: C): AwsClient {
  return new AwsClient({
    accessKeyId: c.env.AWS_ACCESS_KEY_ID,
    secretAccessKey: c.env.AWS_SECRET_ACCESS_KEY,
    service: 's3',
    region: c.env.AWS_REGION,
    retries: 0,
  });
}

export function objectUrl(c: C, key: string): string {
  return `${c.env.S3_ENDPOINT}/${c.env.S3_BUCKET_NAME}/${key}`;
}

export async function presign(
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

/** After the response, as the edge does. */
export function publish(c: C, encounterId: string, name: string, event: object): void {
  const sent = fetch(`${c.env.ABLY_REST_URL}/channels/${encodeURIComponent(`session:${encounterId}`)}/messages`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(c.env.ABLY_API_KEY)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, data: JSON.stringify(event), encoding: 'json' }),
  });
  c.executionCtx.waitUntil(sent.then((response) => response.arrayBuffer()));
}
