import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import {
  BASE_PATH,
  type CreateResponse,
  type Image,
  type ListResponse,
  type Metadata,
} from '../../web/src/contract/api.ts';
import type { Stack } from '../stack/stack.ts';

/** Invented, and as long as a label gets. */
export const PATIENT = 'Marguerite Okafor-Lindqvist, 14.03.1957';

/** A session of an encounter that no other test knows, opened as a practice's own backend would. */
export class Session {
  private constructor(
    private readonly stack: Stack,
    readonly patientLabel: string,
    private readonly created: CreateResponse,
  ) {}

  static async open(
    stack: Stack,
    patientLabel = PATIENT,
    encounterId = `enc-${randomBytes(6).toString('hex')}`,
  ): Promise<Session> {
    const secret = new TextEncoder().encode(stack.env.LAUNCH_SECRET);
    const launch = await new SignJWT({ facilityId: 'fac-001', patientId: 'pat-2001', encounterId, patientLabel })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('dr-demo')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(secret);
    const response = await call(stack, 'POST', '/create', launch);
    return new Session(stack, patientLabel, (await response.json()) as CreateResponse);
  }

  get encounterId(): string {
    return this.created.encounterId;
  }

  /** What the QR code holds. */
  get url(): string {
    return this.created.mobileUrl;
  }

  /** What is typed instead. */
  get typedCode(): string {
    return this.created.typedCode;
  }

  /** The same encounter's session, or a new one if that is gone. */
  reopen(): Promise<Session> {
    return Session.open(this.stack, this.patientLabel, this.encounterId);
  }

  /** A newer code; the earlier ones stop working. */
  async freshUrl(): Promise<string> {
    const response = await call(this.stack, 'POST', `/${this.encounterId}/token`, this.created.desktopToken);
    return ((await response.json()) as CreateResponse).mobileUrl;
  }

  async images(): Promise<Image[]> {
    const response = await call(this.stack, 'GET', `/images/${this.encounterId}`, this.created.desktopToken);
    return ((await response.json()) as ListResponse).images;
  }

  async describe(imageId: string, metadata: Metadata): Promise<void> {
    await call(this.stack, 'PATCH', `/images/${this.encounterId}/${imageId}`, this.created.desktopToken, { metadata });
  }

  async remove(imageId: string): Promise<void> {
    await call(this.stack, 'DELETE', `/images/${this.encounterId}/${imageId}`, this.created.desktopToken);
  }

  async end(): Promise<void> {
    await call(this.stack, 'DELETE', `/${this.encounterId}?force=1`, this.created.desktopToken);
  }
}

async function call(stack: Stack, method: string, path: string, token: string, body: object = {}): Promise<Response> {
  const hasBody = method === 'POST' || method === 'PATCH';
  const response = await fetch(`${stack.edge}${BASE_PATH}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
