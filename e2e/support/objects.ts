import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Stack } from './stack';

export interface StoredObject {
  key: string;
  bytes: Buffer;
}

/** Everything in the bucket under one encounter, read with the practice's own credentials. */
export async function storedObjects(stack: Stack, encounterId: string): Promise<StoredObject[]> {
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
    const list = await client.send(new ListObjectsV2Command({ Bucket: S3_BUCKET_NAME, Prefix: `sessions/${encounterId}/` }));
    return await Promise.all((list.Contents ?? []).map(async ({ Key: key = '' }) => {
      const object = await client.send(new GetObjectCommand({ Bucket: S3_BUCKET_NAME, Key: key }));
      return { key, bytes: Buffer.from((await object.Body?.transformToByteArray()) ?? []) };
    }));
  } finally {
    client.destroy();
  }
}
