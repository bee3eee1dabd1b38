/** Invented photos for the tests. */

import type { Image, Metadata } from '../contract/api';

export const AT = '2026-03-04T09:30:00Z';

/** An image as the edge lists it, `id` repeated to 32 hex digits. */
export function listed(id: string, metadata: Metadata = {}, updatedAt = AT): Image {
  return {
    imageId: id.repeat(32),
    s3Key: `sessions/enc-1001/1772616600_${id.repeat(32)}.jpg`,
    contentType: 'image/jpeg',
    size: 3,
    sha256: 'A'.repeat(43) + '=',
    width: 3072,
    height: 2304,
    metadata,
    uploadedAt: AT,
    updatedAt,
    previewUrl: `https://s3.test/${id}`,
  };
}

export function jpeg(name = 'photo.jpg'): File {
  return new File([Uint8Array.of(0xff, 0xd8, 0xff)], name, { type: 'image/jpeg' });
}
