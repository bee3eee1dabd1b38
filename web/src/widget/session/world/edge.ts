/** The edge as the contract has it, and all that reach it beside this desktop. */

import type { Timed } from '../../../api/desktop';
import type { CreateResponse, Image, ListResponse, Metadata } from '../../../contract/api';
import type { Picture } from '../album';
import type { ProblemCode } from '../api';
import type { Effect, Failure, Reply } from '../model';
import { emptyOutbox } from '../outbox';
import { hold } from './rules';

export type Patient = 'p1' | 'p2';
export type Call = Extract<Effect, { opening: number }>;
export type Body = Reply extends infer R ? (R extends Reply ? Omit<R, 'opening'> : never) : never;
export type EventName = Extract<Reply, { type: 'heard' }>['name'];

export interface EdgeSession {
  id: number;
  revision: number;
  images: Map<string, Image>;
  /** Photos that phones are sending. */
  expected: Set<string>;
}

/** Two patients came under the same number: their sessions differ only in the patient. */
const ENCOUNTER = 'enc-1001';

/** Made where the response arrives. */
const NOT_HERE: Picture = { url: '', file: new File([], '') };

export class ModelEdge {
  readonly #sessions = new Map<Patient, EdgeSession>();
  readonly #endedByHand = new Set<string>();
  /** The ids of all corrections. */
  readonly #changes = new Set<string>();
  readonly #clock: () => number;
  readonly #publish: (patient: Patient, name: EventName, revision: number) => void;
  #count = 0;

  constructor(clock: () => number, publish: (patient: Patient, name: EventName, revision: number) => void) {
    this.#clock = clock;
    this.#publish = publish;
  }

  session(patient: Patient): EdgeSession | undefined {
    return this.#sessions.get(patient);
  }

  /** Whether somebody ended the session of a desktop token on purpose. */
  wasEnded(desktopToken: string): boolean {
    return this.#endedByHand.has(desktopToken);
  }

  /** The desktop token of the session that a patient has now; '' if there is none. */
  tokenOf(patient: Patient): string {
    const session = this.#sessions.get(patient);
    return session ? tokenOf(patient, session) : '';
  }

  // Phones.

  reserve(patient: Patient): void {
    const session = this.#sessions.get(patient);
    if (!session) return;
    session.expected.add(`${patient}-${++this.#count}`);
    this.#change(patient, session, 'images-expected');
  }

  confirm(patient: Patient): void {
    const session = this.#sessions.get(patient);
    const [id] = session?.expected ?? [];
    if (!session || id === undefined) return;
    session.expected.delete(id);
    session.images.set(id, imageOf(id, this.#clock()));
    this.#change(patient, session, 'image-uploaded');
  }

  lapse(patient: Patient): void {
    this.#sessions.get(patient)?.expected.clear();
  }

  // Another desktop, and time.

  describe(patient: Patient): void {
    const session = this.#sessions.get(patient);
    const [image] = session?.images.values() ?? [];
    if (session && image) this.#correct(patient, session, image, { view: 'overview' });
  }

  remove(patient: Patient): void {
    const session = this.#sessions.get(patient);
    const [id] = session?.images.keys() ?? [];
    if (session && id !== undefined) this.#remove(patient, session, id);
  }

  end(patient: Patient): void {
    const session = this.#sessions.get(patient);
    if (session) this.#end(patient, session);
  }

  expire(patient: Patient): void {
    this.#sessions.delete(patient);
  }

  // This desktop.

  /** Serves a call of a screen of this patient, whose person has agreed to the end of these photos. */
  serve(call: Call, patient: Patient, agreed: ReadonlySet<string>): Body {
    if (call.do === 'open') return this.#create(patient);
    if (call.do === 'load') return { type: 'loaded', id: call.id, picture: NOT_HERE };
    if (call.do === 'listen') throw new Error('not a call');
    const [of, id] = call.access.desktopToken.split('#') as [Patient, string];
    const session = this.#sessions.get(of);
    if (!session || String(session.id) !== id) {
      return refusal(call, 'session_expired', this.wasEnded(call.access.desktopToken));
    }
    switch (call.do) {
      case 'list':
        return { type: 'listed', fetched: { list: this.#list(session), etag: null, sentAt: this.#clock() } };
      case 'renew-code':
        return { type: 'code-renewed', created: createdBy(of, session, this.#clock()) };
      case 'remove-phone':
        return { type: 'phone-removed' };
      case 'admit':
        return { type: 'admitted' };
      case 'set-guide':
        return { type: 'guide-set', photo: call.photo, isOffered: call.jpeg !== null };
      case 'end':
        return this.#endAs(call, of, session, agreed);
      case 'correct': {
        const image = session.images.get(call.id);
        if (!image) return refusal(call, 'image_not_found');
        const { id, attempt } = call;
        const isNew = !this.#changes.has(attempt.changeId);
        this.#changes.add(attempt.changeId);
        const corrected = isNew ? this.#correct(of, session, image, attempt.change as Metadata) : image;
        return { type: 'corrected', id, attempt, image: corrected };
      }
      case 'remove':
        if (!session.images.has(call.id)) return refusal(call, 'image_not_found');
        this.#remove(of, session, call.id);
        return { type: 'removed', id: call.id };
    }
  }

  #create(patient: Patient): Body {
    const fresh = (): EdgeSession => ({ id: ++this.#count, revision: 0, images: new Map(), expected: new Set() });
    const session = this.#sessions.get(patient) ?? fresh();
    this.#sessions.set(patient, session);
    return {
      type: 'opened',
      access: { apiBase: '', encounterId: ENCOUNTER, desktopToken: tokenOf(patient, session) },
      created: createdBy(patient, session, this.#clock()),
      encounter: { encounterId: ENCOUNTER, patientId: patient, patientLabel: null, facilityId: 'f' },
      inherited: emptyOutbox,
    };
  }

  #endAs(
    call: Extract<Call, { do: 'end' }>,
    patient: Patient,
    session: EdgeSession,
    agreed: ReadonlySet<string>,
  ): Body {
    if (!call.force && session.revision !== call.revision) return refusal(call, 'session_changed');
    if (!call.force && session.expected.size > 0) return refusal(call, 'uploads_pending');
    const unseen = [...session.images.keys()].filter((id) => !agreed.has(id));
    const rule = 'what was confirmed exists until somebody who has seen it removes it';
    hold(rule, call.force || unseen.length === 0, unseen);
    this.#end(patient, session);
    return { type: 'ended' };
  }

  #list({ images, revision, expected }: EdgeSession): ListResponse {
    const serverTime = new Date(this.#clock()).toISOString();
    return {
      encounterId: ENCOUNTER,
      images: [...images.values()].map((image) => ({ ...image, previewUrl: `https://s3.test/${image.imageId}` })),
      revision,
      serverTime,
      sessionExpiresAt: new Date(this.#clock() + 7_200_000).toISOString(),
      expected: [...expected].map((imageId) => ({ imageId, phoneId: 'p', reservedAt: serverTime })),
    };
  }

  #correct(patient: Patient, session: EdgeSession, image: Image, metadata: Metadata): Image {
    const updatedAt = new Date(this.#clock() + session.revision).toISOString();
    const next: Image = { ...image, metadata: { ...image.metadata, ...metadata }, updatedAt };
    session.images.set(image.imageId, next);
    this.#change(patient, session, 'image-updated');
    return next;
  }

  #remove(patient: Patient, session: EdgeSession, id: string): void {
    session.images.delete(id);
    this.#change(patient, session, 'image-removed');
  }

  #end(patient: Patient, session: EdgeSession): void {
    this.#sessions.delete(patient);
    this.#endedByHand.add(tokenOf(patient, session));
    this.#change(patient, session, 'session-ended');
  }

  #change(patient: Patient, session: EdgeSession, name: EventName): void {
    session.revision++;
    this.#publish(patient, name, session.revision);
  }
}

const tokenOf = (patient: Patient, { id }: EdgeSession): string => `${patient}#${id}`;

/** How a call ends that failed. */
export function failedOf(call: Call, failure: Failure): Body {
  switch (call.do) {
    case 'list':
      return { type: 'list-failed', failure };
    case 'renew-code':
      return { type: 'code-failed', failure };
    case 'load':
      return { type: 'load-failed', id: call.id };
    case 'correct':
    case 'remove':
      return { type: 'unsent', id: call.id, failure };
    case 'end':
      return { type: 'end-failed', failure };
    default:
      return { type: 'failed', failure };
  }
}

function refusal(call: Call, code: ProblemCode, ended = false): Body {
  return failedOf(call, { code, detail: code, retryable: false, retryAfterMs: 0, ended });
}

function createdBy(patient: Patient, session: EdgeSession, now: number): Timed<CreateResponse> {
  return {
    encounterId: ENCOUNTER,
    token: 't',
    tokenExpiresAt: new Date(now + 600_000).toISOString(),
    mobileUrl: 'https://edge.test/mobile#t=t',
    typedCode: '7K3M-9QTX',
    desktopToken: tokenOf(patient, session),
    sessionExpiresAt: new Date(now + 7_200_000).toISOString(),
    maxImages: 20,
    serverTime: new Date(now).toISOString(),
    clinician: { id: 'dr-1' },
    limits: { maxImageBytes: 1_000_000, maxNotes: 500, maxBatch: 20 },
    consent: 'off',
    sentAt: now,
  };
}

function imageOf(imageId: string, now: number): Image {
  const at = new Date(now).toISOString();
  const bytes = { contentType: 'image/jpeg', size: 3, sha256: '', width: 1, height: 1 };
  const metadata: Metadata = { bodySite: 'hand' };
  return { imageId, s3Key: `sessions/${imageId}.jpg`, ...bytes, metadata, uploadedAt: at, updatedAt: at };
}
