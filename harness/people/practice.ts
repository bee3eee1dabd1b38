/**
 * The practice's side without a screen: its patients, the launch tokens it signs, and what a desktop
 * asks of the edge.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { BrowserContext } from '@playwright/test';
import { SignJWT } from 'jose';
import {
  correctImage,
  endSession,
  fetchImages,
  openSession,
  removeImage,
  renewCode,
  setGuide,
} from '../../web/src/api/desktop.ts';
import type { DesktopAccess } from '../../web/src/api/desktop.ts';
import type { Clinician, CreateResponse, Image, ListResponse, MetadataPatch } from '../../web/src/contract/api.ts';
import { redis } from '../stack/redis.ts';
import type { Stack } from '../stack/stack.ts';

/** The encounters that the practice system has (local/practice). */
export const ENCOUNTERS = ['enc-1001', 'enc-1002', 'enc-1003'] as const;

/** An invented patient. The label is as long as a label gets. */
export const PATIENT = 'Marguerite Okafor-Lindqvist, 14.03.1957';

/** What a session is opened with. */
export type Practice = Pick<Stack, 'edge' | 'env'>;

/** Signs a launch token as a practice's back end does. */
export function signLaunch(
  secret: string,
  encounterId: string,
  patientLabel: string,
  clinician: Clinician = { id: 'dr-demo' },
): Promise<string> {
  const { id, ...named } = clinician;
  return new SignJWT({ facilityId: 'fac-001', patientId: 'pat-2001', encounterId, patientLabel, ...named })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

/** A launch token for one of ENCOUNTERS, from the practice system. */
export async function launchToken(stack: Stack, encounterId: string): Promise<string> {
  const response = await fetch(`${stack.practice}/launch`, { method: 'POST', body: JSON.stringify({ encounterId }) });
  if (!response.ok) throw new Error(`the practice system returned ${response.status}`);
  return ((await response.json()) as { launchToken: string }).launchToken;
}

/** Signs the practice's launch tokens for the first of ENCOUNTERS as another clinician than its own. */
export async function signInAs(context: BrowserContext, practice: Practice, clinician: Clinician): Promise<void> {
  const launchToken = await signLaunch(practice.env.LAUNCH_SECRET ?? '', ENCOUNTERS[0], PATIENT, clinician);
  await context.route('**/launch', (route) => route.fulfill({ json: { launchToken } }));
}

/** Ends a session whatever is in it. */
const FORCED = { revision: 0, force: true };

/**
 * Ends the live sessions of ENCOUNTERS, with their photos. Looking in the
 * database first spares most tests every call.
 */
export async function endSessions(stack: Stack): Promise<void> {
  for (const encounterId of ENCOUNTERS) {
    if ((await redis(stack, 'HEXISTS', `encounter:${encounterId}`, 'session')) === 0) continue;
    const { desktopToken } = await openSession(stack.edge, await launchToken(stack, encounterId));
    await endSession({ apiBase: stack.edge, encounterId, desktopToken }, FORCED);
  }
}

/** A session as a desktop holds it. Every call goes through the product's own client. */
export class Session {
  readonly patientLabel: string;
  readonly #practice: Practice;
  readonly #created: CreateResponse;

  private constructor(practice: Practice, patientLabel: string, created: CreateResponse) {
    this.patientLabel = patientLabel;
    this.#practice = practice;
    this.#created = created;
  }

  /** Opens a session of an encounter, by default one that no other test uses. */
  static async open(
    practice: Practice,
    patientLabel = PATIENT,
    encounterId = `enc-${randomBytes(6).toString('hex')}`,
  ): Promise<Session> {
    const launch = await signLaunch(practice.env.LAUNCH_SECRET ?? '', encounterId, patientLabel);
    return new Session(practice, patientLabel, await openSession(practice.edge, launch));
  }

  get encounterId(): string {
    return this.#created.encounterId;
  }

  get desktopToken(): string {
    return this.#created.desktopToken;
  }

  /** The token in the QR code's link. */
  get token(): string {
    return this.#created.token;
  }

  /** The link in the QR code. */
  get url(): string {
    return this.#created.mobileUrl;
  }

  /** The code to type where no camera scans. */
  get typedCode(): string {
    return this.#created.typedCode;
  }

  /** The same encounter's session, or a new one if that is over. */
  reopen(): Promise<Session> {
    return Session.open(this.#practice, this.patientLabel, this.encounterId);
  }

  /** The link of a new code. The earlier codes stop working. */
  async freshUrl(): Promise<string> {
    return (await renewCode(this.#access)).mobileUrl;
  }

  async images(): Promise<Image[]> {
    return (await this.list())?.images ?? [];
  }

  /** The session as its desktop sees it. */
  async list(): Promise<ListResponse | undefined> {
    return (await fetchImages(this.#access, null)).list;
  }

  async describe(imageId: string, change: MetadataPatch): Promise<void> {
    await correctImage(this.#access, imageId, { changeId: randomUUID(), change });
  }

  remove(imageId: string): Promise<void> {
    return removeImage(this.#access, imageId);
  }

  /** Offers a small JPEG, in base64, to the phones' camera. */
  offersGuide(jpeg: string): Promise<void> {
    return setGuide(this.#access, jpeg);
  }

  end(): Promise<void> {
    return endSession(this.#access, FORCED);
  }

  get #access(): DesktopAccess {
    return { apiBase: this.#practice.edge, encounterId: this.encounterId, desktopToken: this.desktopToken };
  }
}
