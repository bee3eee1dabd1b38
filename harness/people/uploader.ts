/** A phone without a screen, call by call, through the product's own client. */

import { createHash, randomBytes } from 'node:crypto';
import { confirm, exchangeToken, presign } from '../../web/src/api/client.ts';
import type { ConfirmRequest, Metadata, PresignImage, PresignRequest, Grant } from '../../web/src/contract/api.ts';

/** What a confirmation says of every photo of a batch. */
export interface Shape {
  width: number;
  height: number;
  metadata?: Metadata;
}

export interface Uploaded {
  imageId: string;
  /** When the confirmation was sent, in milliseconds since 1970. */
  confirmedAt: number;
  /** The request that confirmed it. */
  confirmation: ConfirmRequest;
}

export class Uploader {
  readonly grant: Grant;
  readonly #edge: string;

  private constructor(edge: string, grant: Grant) {
    this.#edge = edge;
    this.grant = grant;
  }

  /** Exchanges the token in a QR code's link. */
  static async scan({ edge }: { edge: string }, url: string): Promise<Uploader> {
    const joined = await exchangeToken(edge, new URL(url).hash.replace('#t=', ''));
    if ('waitToken' in joined) throw new Error('the desktop has to admit this phone first');
    return new Uploader(edge, joined);
  }

  /** The request that reserves places for photos. */
  reservation(jpegs: readonly Buffer[]): PresignRequest {
    const images = jpegs.map(
      (jpeg): PresignImage => ({
        imageId: randomBytes(16).toString('hex'),
        contentType: 'image/jpeg',
        size: jpeg.length,
        sha256: createHash('sha256').update(jpeg).digest('base64'),
      }),
    );
    return { encounterId: this.grant.encounterId, images };
  }

  /** Reserves places for photos, stores them and confirms them. */
  async send(
    jpegs: readonly Buffer[],
    { width, height, metadata = {} }: Shape,
    reservation = this.reservation(jpegs),
  ): Promise<Uploaded[]> {
    const { uploadToken, encounterId } = this.grant;
    const { images } = await presign(this.#edge, reservation, uploadToken);
    return Promise.all(
      images.map(async ({ imageId, s3Key, uploadUrl, headers }, i) => {
        const put = await fetch(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(jpegs[i] ?? Buffer.of()) });
        if (!put.ok) throw new Error(`PUT returned ${put.status}`);
        const confirmation: ConfirmRequest = { encounterId, imageId, s3Key, width, height, metadata };
        const confirmedAt = Date.now();
        await confirm(this.#edge, confirmation, uploadToken);
        return { imageId, confirmedAt, confirmation };
      }),
    );
  }

  /** Sends one photo. */
  async upload(jpeg: Buffer, shape: Shape): Promise<Uploaded> {
    const [uploaded] = await this.send([jpeg], shape);
    if (!uploaded) throw new Error('no place was given');
    return uploaded;
  }
}
