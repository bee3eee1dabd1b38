import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Stack } from './stack.ts';

export interface StoredObject {
  key: string;
  bytes: Buffer;
}

/** Returns all objects of one encounter, read with the practice's own credentials. */
export function storedObjects(stack: Stack, encounterId: string): Promise<StoredObject[]> {
  return withBucket(stack, async (client, bucket) =>
    Promise.all(
      (await keysOf(client, bucket, encounterId)).map(async (key) => {
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { key, bytes: Buffer.from((await object.Body?.transformToByteArray()) ?? []) };
      }),
    ),
  );
}

/** Returns only the keys, for use while objects are added and deleted. */
export function storedKeys(stack: Stack, encounterId: string): Promise<string[]> {
  return withBucket(stack, (client, bucket) => keysOf(client, bucket, encounterId));
}

async function keysOf(client: S3Client, bucket: string, encounterId: string): Promise<string[]> {
  const list = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `sessions/${encounterId}/` }));
  return (list.Contents ?? []).map(({ Key: key = '' }) => key);
}

async function withBucket<Answer>(
  stack: Stack,
  ask: (client: S3Client, bucket: string) => Promise<Answer>,
): Promise<Answer> {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, S3_BUCKET_NAME, S3_ENDPOINT } = stack.env;
  if (!AWS_REGION || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY || !S3_BUCKET_NAME || !S3_ENDPOINT) {
    throw new Error('the stack has no S3 settings');
  }
  const client = new S3Client({
    region: AWS_REGION,
    endpoint: S3_ENDPOINT,
    forcePathStyle: true,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  try {
    return await ask(client, S3_BUCKET_NAME);
  } finally {
    client.destroy();
  }
}
