/** Invented photos and a small edge for the tests. */

import type { Image, Metadata } from '../../contract/api';
import type { RealtimeHandlers } from './realtime';

export const AT = '2026-03-04T09:30:00Z';

/** An image as the edge lists it, `id` repeated to 32 hex digits. */
export function listed(id: string, metadata: Metadata = {}, updatedAt = AT): Image {
  return {
    imageId: id.repeat(32),
    s3Key: `sessions/enc-1001/1772616600_${id.repeat(32)}.jpg`,
    contentType: 'image/jpeg',
    size: 3,
    sha256: `${'A'.repeat(43)}=`,
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

export const LAUNCH_TOKEN = `h.${btoa(JSON.stringify({ patientId: 'pat-2001', patientLabel: 'Test Patient' }))}.s`;

/** The edge and S3, as small as the widget can tell. */
export class Edge {
  images: Image[] = [];
  revision = 1;
  calls: string[] = [];
  /** Answers the next calls whose "METHOD path" matches with a problem, or not at all. */
  trouble: { call: RegExp; code: string; status: number; times: number } | undefined;
  handlers: RealtimeHandlers | undefined;
  listeners = 0;

  #held: { call: RegExp; released: Promise<void> } | undefined;

  /** Keeps the next matching call waiting until the returned function is called. */
  hold(call: RegExp): () => void {
    let release = (): void => undefined;
    this.#held = { call, released: new Promise((resolve) => (release = resolve)) };
    return release;
  }

  readonly fetch = (url: string, { method = 'GET', body, headers }: RequestInit = {}): Promise<Response> => {
    const { host, pathname } = new URL(url);
    const call = `${method} ${pathname.replace('/api/medtech/session', '')}`;
    if (host !== 's3.test') this.calls.push(call);
    const held = this.#held;
    if (held?.call.test(call)) {
      this.#held = undefined;
      return held.released.then(() => this.#respond(call, host, body, headers));
    }
    return this.#respond(call, host, body, headers);
  };

  #respond(call: string, host: string, body: RequestInit['body'], headers: RequestInit['headers']): Promise<Response> {
    const { trouble } = this;
    if (trouble && trouble.times > 0 && trouble.call.test(call)) {
      trouble.times--;
      if (trouble.code === 'network') return Promise.reject(new TypeError('Failed to fetch'));
      return Promise.resolve(
        Response.json(
          { code: trouble.code, detail: `refused: ${trouble.code}`, requestId: 'r' },
          { status: trouble.status },
        ),
      );
    }
    if (host === 's3.test') return Promise.resolve(new Response('jpeg'));
    const etag = `"${this.revision}"`;
    if (call.startsWith('GET') && new Headers(headers).get('If-None-Match') === etag)
      return Promise.resolve(new Response(null, { status: 304 }));
    return Promise.resolve(this.#answer(call, typeof body === 'string' ? JSON.parse(body) : undefined));
  }

  readonly realtime = (_: unknown, handlers: RealtimeHandlers): (() => void) => {
    this.handlers = handlers;
    this.listeners++;
    return () => void this.listeners--;
  };

  #answer(call: string, body: { metadata: Record<string, string | null> }): Response {
    const id = call.split('/').at(-1) ?? '';
    if (/^POST \/(create|enc-1001\/token)/.test(call)) {
      const inTenMinutes = new Date(Date.now() + 600_000).toISOString();
      return Response.json(
        {
          encounterId: 'enc-1001',
          token: 't',
          tokenExpiresAt: inTenMinutes,
          mobileUrl: 'https://edge.test/mobile#t=t',
          typedCode: '7K3M-9QTX',
          desktopToken: 'd',
          sessionExpiresAt: inTenMinutes,
          maxImages: 20,
          storageOrigin: 'https://s3.test',
        },
        { status: 201 },
      );
    }
    if (call === 'GET /images/enc-1001')
      return Response.json(
        {
          encounterId: 'enc-1001',
          images: this.images,
          revision: this.revision,
          sessionExpiresAt: '2026-03-04T12:00:00Z',
        },
        { headers: { ETag: `"${this.revision}"` } },
      );
    if (call.startsWith('DELETE')) {
      this.change(this.images.filter(({ imageId }) => imageId !== id));
      return new Response(null, { status: 204 });
    }
    if (call.startsWith('PATCH')) {
      const said = (image: Image): Image => ({
        ...image,
        metadata: { ...image.metadata, ...body.metadata },
        updatedAt: new Date().toISOString(),
      });
      this.change(this.images.map((image) => (image.imageId === id ? said(image) : image)));
      return Response.json(this.images.find(({ imageId }) => imageId === id));
    }
    throw new Error(`no answer to ${call}`);
  }

  change(images: Image[]): void {
    this.images = images;
    this.revision++;
  }

  count(call: string): number {
    return this.calls.filter((one) => one === call).length;
  }
}
