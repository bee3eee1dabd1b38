/** Invented photos and a small edge for the tests. */

import type {
  AdmitRequest,
  Guide,
  CreateResponse,
  ExpectedImage,
  Image,
  ListResponse,
  Metadata,
  Phone,
} from '../../contract/api';
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

/** A launch token that says this of its encounter. */
export function launchTokenOf(claims: { patientId: string; patientLabel?: string; facilityId?: string }): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  return `h.${btoa(String.fromCharCode(...bytes))}.s`;
}

export const LAUNCH_TOKEN = launchTokenOf({ patientId: 'pat-2001', patientLabel: 'Test Patient' });

/** The edge and S3, as small as the widget can tell. */
export class Edge {
  images: Image[] = [];
  revision = 1;
  calls: string[] = [];
  /** Responds to the next calls whose "METHOD path" matches with a problem, or does not respond. */
  trouble: { call: RegExp; code: string; status: number; times: number; retryAfter?: number } | undefined;
  /** The response to the next call whose "METHOD path" matches is lost. */
  lost: RegExp | undefined;
  /** How far its clock is ahead of the desktop's. */
  skewMs = 0;
  phones: Phone[] = [];
  /** That the phone shows which waits. */
  number = '42';
  wrong = 0;
  expected: ExpectedImage[] = [];
  /** Offered to the phones' camera. */
  guide: string | null = null;
  handlers: RealtimeHandlers | undefined;
  listeners = 0;
  /** A desktop ended the session. Opening it again begins a new one. */
  ended = false;

  /** The ids of all corrections. */
  readonly #changes = new Set<string>();
  #held: { call: RegExp; released: Promise<void> } | undefined;

  /** Keeps the next matching call waiting until the returned function is called. */
  hold(call: RegExp): () => void {
    let release = (): void => undefined;
    this.#held = { call, released: new Promise((resolve) => (release = resolve)) };
    return release;
  }

  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { host, pathname, searchParams } = new URL(url);
    const call = `${init.method ?? 'GET'} ${pathname.replace('/api/medtech/session', '')}`;
    if (host !== 's3.test') this.calls.push(call);
    const held = this.#held;
    if (held?.call.test(call)) {
      this.#held = undefined;
      await held.released;
    }
    const failed = this.#fail(call);
    if (failed) return failed;
    if (host === 's3.test') return new Response('jpeg');
    const response = this.#answer(call, init, searchParams.has('force'));
    if (this.lost?.test(call)) {
      this.lost = undefined;
      throw new TypeError('Failed to fetch');
    }
    response.headers.set('Date', new Date(this.#now()).toUTCString());
    return response;
  };

  #now(): number {
    return Date.now() + this.skewMs;
  }

  #fail(call: string): Response | undefined {
    const { trouble } = this;
    if (!trouble || trouble.times <= 0 || !trouble.call.test(call)) return undefined;
    trouble.times--;
    if (trouble.code === 'network') throw new TypeError('Failed to fetch');
    return refusal(trouble.code, trouble.status, { retryAfter: trouble.retryAfter });
  }

  readonly realtime = (_: unknown, handlers: RealtimeHandlers): (() => void) => {
    this.handlers = handlers;
    this.listeners++;
    return () => void this.listeners--;
  };

  #answer(call: string, { body, headers }: RequestInit, force: boolean): Response {
    const id = call.split('/').at(-1) ?? '';
    const asked = new Headers(headers);
    const etag = `"${this.revision}"`;
    if (call === 'POST /create') this.ended = false;
    if (this.ended) return refusal('session_expired', 404, { ended: true });
    if (/^POST \/(create|enc-1001\/token)/.test(call)) return Response.json(this.#created(), { status: 201 });
    if (call === 'GET /images/enc-1001') {
      const tag = this.guide === null ? etag : `"${this.revision}-guide"`;
      if (asked.get('If-None-Match') === tag) return new Response(null, { status: 304 });
      return Response.json(this.#list(), { headers: { ETag: tag } });
    }
    if (call === 'DELETE /enc-1001') return this.#end(asked.get('If-Match') === etag, force);
    if (call === 'POST /enc-1001/phones') return this.#admit((JSON.parse(String(body)) as AdmitRequest).number);
    if (call.endsWith('/guide')) {
      this.guide = call.startsWith('PUT') ? (JSON.parse(String(body)) as Guide).jpeg : null;
      return new Response(null, { status: 204 });
    }
    if (call.startsWith('DELETE /enc-1001/phones/')) {
      this.removePhone(id);
      return new Response(null, { status: 204 });
    }
    if (call.startsWith('DELETE')) {
      if (!this.images.some(({ imageId }) => imageId === id)) return refusal('image_not_found', 404);
      this.change(this.images.filter(({ imageId }) => imageId !== id));
      return new Response(null, { status: 204 });
    }
    if (call.startsWith('PATCH')) return this.#correct(id, JSON.parse(String(body)) as Correction);
    throw new Error(`no response to ${call}`);
  }

  #created(): CreateResponse {
    const serverTime = new Date(this.#now()).toISOString();
    const inTenMinutes = new Date(this.#now() + 600_000).toISOString();
    return {
      encounterId: 'enc-1001',
      token: 't',
      tokenExpiresAt: inTenMinutes,
      mobileUrl: 'https://edge.test/mobile#t=t',
      typedCode: '7K3M-9QTX',
      desktopToken: 'd',
      sessionExpiresAt: inTenMinutes,
      serverTime,
      clinician: { id: 'dr-1' },
      maxImages: 20,
      limits: { maxImageBytes: 1_000_000, maxNotes: 500, maxBatch: 20 },
      consent: 'off',
      storageOrigin: 'https://s3.test',
    };
  }

  #list(): ListResponse {
    const { images, revision, phones, expected } = this;
    const serverTime = new Date(this.#now()).toISOString();
    const session = { encounterId: 'enc-1001', sessionExpiresAt: '2026-03-04T12:00:00Z', serverTime };
    return { ...session, images, revision, phones, expected, guideOffered: this.guide !== null };
  }

  /** After three wrong numbers no phone waits any more, as at the edge. */
  #admit(number: string): Response {
    this.revision++;
    if (number === this.number) {
      this.phones = this.phones.map(({ waiting: _, ...phone }) => phone);
      return new Response(null, { status: 204 });
    }
    if (++this.wrong === 3) this.phones = this.phones.filter(({ waiting }) => !waiting);
    return refusal('token_invalid', 404);
  }

  /** As the edge does: what the desktop does not know is not deleted unless it is forced. */
  #end(isKnown: boolean, force: boolean): Response {
    if (!force && !isKnown) return refusal('session_changed', 412);
    if (!force && this.expected.length > 0) return refusal('uploads_pending', 409);
    this.ended = true;
    this.change([]);
    return new Response(null, { status: 204 });
  }

  #correct(id: string, { metadata, changeId = '' }: Correction): Response {
    if (this.#changes.has(changeId)) return Response.json(this.images.find(({ imageId }) => imageId === id));
    if (changeId !== '') this.#changes.add(changeId);
    const correct = (image: Image): Image => ({
      ...image,
      metadata: { ...image.metadata, ...metadata } as Metadata,
      updatedAt: new Date(this.#now()).toISOString(),
    });
    this.change(this.images.map((image) => (image.imageId === id ? correct(image) : image)));
    return Response.json(this.images.find(({ imageId }) => imageId === id));
  }

  change(images: Image[]): void {
    this.images = images;
    this.revision++;
  }

  removePhone(id: string): void {
    this.phones = this.phones.map((phone) => (phone.phoneId === id ? { ...phone, removed: true } : phone));
    this.revision++;
  }

  count(call: string): number {
    return this.calls.filter((one) => one === call).length;
  }
}

interface Correction {
  metadata: Record<string, string | null>;
  changeId?: string;
}

function refusal(
  code: string,
  status: number,
  { retryAfter, ended }: { retryAfter?: number | undefined; ended?: boolean } = {},
): Response {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return Response.json({ code, detail: `refused: ${code}`, requestId: 'r', ended }, { status, headers });
}
