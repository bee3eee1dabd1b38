import { createHash, randomBytes } from 'node:crypto';
import { BASE_PATH, type PresignResponse, type TokenResponse } from '../../web/src/contract/api.ts';
import type { Stack } from '../stack/stack.ts';

/** A phone without a screen: what a code lets it do, call by call. */
export class Uploader {
  private constructor(
    private readonly api: string,
    private readonly access: TokenResponse,
  ) {}

  static async scan(stack: Stack, url: string): Promise<Uploader> {
    const api = stack.edge + BASE_PATH;
    const token = new URL(url).hash.replace('#t=', '');
    return new Uploader(api, (await (await fetch(`${api}/token/${token}`)).json()) as TokenResponse);
  }

  /** Uploads a photo and confirms it. Answers its id, and when the confirmation was sent. */
  async upload(jpeg: Buffer, width: number, height: number): Promise<{ imageId: string; confirmedAt: number }> {
    const imageId = randomBytes(16).toString('hex');
    const sha256 = createHash('sha256').update(jpeg).digest('base64');
    const { encounterId } = this.access;
    const signed = (await this.#post('/presigned-url', {
      encounterId,
      images: [{ imageId, contentType: 'image/jpeg', size: jpeg.length, sha256 }],
    })) as PresignResponse;
    const [slot] = signed.images;
    if (!slot) throw new Error('no slot was given');
    const put = await fetch(slot.uploadUrl, { method: 'PUT', headers: slot.headers, body: new Uint8Array(jpeg) });
    if (!put.ok) throw new Error(`PUT answered ${put.status}`);
    const confirmedAt = Date.now();
    await this.#post('/images', { encounterId, imageId, s3Key: slot.s3Key, width, height, metadata: {} });
    return { imageId, confirmedAt };
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(this.api + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.access.uploadToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
