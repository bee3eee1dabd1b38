/**
 * One encounter's session on this desktop as plain data: its state, what can
 * happen to it, and what is to be done then. Nothing here touches the browser.
 */

import type { DesktopAccess, Fetched, Timed } from '../../api/desktop';
import type {
  Clinician,
  Consent,
  CreateResponse,
  EventName,
  ExpectedImage,
  Image,
  Phone,
  PhoneLimits,
} from '../../contract/api';
import { MAX_IMAGE_BYTES, MAX_NOTES } from '../../contract/api';
import type { RecordForms } from '../record/context';
import type { Outcome } from '../record/delivery';
import type { CommitProblem } from '../record/results';
import type { Derivation, MetadataChange, WidgetImage } from '../image';
import { emptyAlbum, type Album, type Picture, type Size } from './album';
import type { AddingPhoto, Commit, Connection, EndQuestion, SessionProblem, SessionState, SessionStatus } from './api';
import type { LaunchClaims } from './launch';
import { emptyOutbox, type Outbox } from './outbox';
import type { ExportWay, TimelineEntry } from './timeline';

/** How long the desktop may not have heard of a change while realtime is down. */
export const POLL_MS = 15_000;
/** The same while photos are expected. */
export const EXPECTING_POLL_MS = 1_000;
export const FIRST_RETRY_MS = 1_000;
/** How long a removed photo can be brought back. */
export const UNDO_MS = 15_000;

/** Whose photos these are. */
export interface Encounter extends LaunchClaims {
  encounterId: string;
}

/** Facility, patient and encounter together are the identity. */
export function isSameEncounter(a: Encounter, b: Encounter): boolean {
  return a.encounterId === b.encounterId && a.patientId === b.patientId && a.facilityId === b.facilityId;
}

/** The list of the session's photos, as far as it is known. */
export interface Listing {
  /** The entity tag of the last list; null where the next one must come whole. */
  etag: string | null;
  revision: number;
  /** The revision of the previous list. The last list has all changes since then. */
  before: number;
  fetching: boolean;
  /** How many were requested. */
  fetches: number;
  /** The revision that the list being fetched must have reached, or another one is fetched after it. */
  awaited: number;
}

export const emptyListing: Listing = { etag: null, revision: -1, before: -1, fetching: false, fetches: 0, awaited: 0 };

/** An end of the session that waits for the edge or for the clinician. */
export interface Ending {
  step: 'calling' | 'checking' | 'asking';
  /** The details of each photo when the end was asked for: all that came since is new to the clinician. */
  shown: ReadonlyMap<string, string>;
  /** How often the edge refused. */
  refusals: number;
  /** The edge reported that photos are on their way. */
  pending: boolean;
  /** Lists requested after this many tell what is new. */
  after: number;
  question: EndQuestion | null;
}

export interface State {
  /** The desktop's clock at the last event, in milliseconds since 1970. */
  now: number;
  /** How far the edge's clock is ahead of it. */
  offset: number;
  /** The edge asked not to be called before. */
  quietUntil: number;
  status: SessionStatus;
  connection: Connection;
  /** Counts the openings. A response to a request of an earlier one is not wanted any more. */
  opening: number;
  /** What calls are made with; null while the session is not open. */
  access: DesktopAccess | null;
  /** What they were made with before: what is left to send when everything goes while the session is being opened. */
  former: DesktopAccess | null;
  encounter: Encounter | null;
  /** Whose launch token this desktop has. */
  clinician: Clinician | null;
  storageOrigin: string | undefined;
  sessionExpiresAt: string | null;
  maxImages: number;
  /** What the edge accepts of photos that are added here. */
  limits: PhoneLimits;
  consent: Consent;
  /** Where the page is that runs the engine. */
  engineOrigin: string;
  /** Photos that are being added here, and the ids of all that ever were. */
  adding: readonly AddingPhoto[];
  added: ReadonlySet<string>;
  qr: SessionState['qr'];
  /** A code was asked for, and the edge could not be reached. */
  codeWanted: boolean;
  phoneConnectedAt: string | null;
  phones: readonly Phone[];
  admission: SessionState['admission'];
  /** Names of all phones that were ever listed, by their ids: photos outlive the session that lists their phones. */
  phoneNames: ReadonlyMap<string, string>;
  /** Photos that phones are sending. */
  expected: readonly ExpectedImage[];
  /** Photos are expected that no list has named yet. */
  expecting: boolean;
  list: Listing;
  album: Album;
  outbox: Outbox;
  /** When each photo went into the record. */
  committed: ReadonlyMap<string, string>;
  /** The photos that a commit is handing over; null: none runs. */
  delivering: ReadonlySet<string> | null;
  /** Corrections of those, made meanwhile. */
  late: ReadonlyMap<string, MetadataChange>;
  /** Numbers of photos that went into the record without their last correction. */
  tooLate: readonly number[];
  commitProblem: CommitProblem | null;
  /** Why photos that were handed over are not in the record. */
  notKept: ReadonlyMap<string, CommitProblem>;
  ending: Ending | null;
  problem: SessionProblem | null;
  timeline: readonly TimelineEntry[];
  /** The wait before the next try after a failure. */
  retryMs: number;
  /** A desktop token was refused, and no call has succeeded with the renewed one. */
  renewed: boolean;
  /**
   * Somebody ended the session on purpose, says realtime, after this many lists were requested: if the next one fails,
   * nothing of the session is to stay. Null: nobody did.
   */
  endHeard: number | null;
  /** The screen is gone. What the edge is still to learn is sent, for about a minute. */
  closed: boolean;
  /** How often that was tried. */
  rests: number;
}

export function initialState(
  committed: ReadonlyMap<string, string>,
  notKept: ReadonlyMap<string, CommitProblem> = new Map(),
): State {
  return {
    now: 0,
    offset: 0,
    quietUntil: 0,
    status: 'opening',
    connection: 'connecting',
    opening: 0,
    access: null,
    former: null,
    encounter: null,
    clinician: null,
    storageOrigin: undefined,
    sessionExpiresAt: null,
    maxImages: 0,
    limits: { maxImageBytes: MAX_IMAGE_BYTES, maxNotes: MAX_NOTES, maxBatch: 1 },
    consent: 'off',
    engineOrigin: '',
    adding: [],
    added: new Set(),
    qr: null,
    codeWanted: false,
    phoneConnectedAt: null,
    phones: [],
    admission: 'none',
    phoneNames: new Map(),
    expected: [],
    expecting: false,
    list: emptyListing,
    album: emptyAlbum,
    outbox: emptyOutbox,
    committed,
    delivering: null,
    late: new Map(),
    tooLate: [],
    commitProblem: null,
    notKept,
    ending: null,
    problem: null,
    timeline: [],
    retryMs: FIRST_RETRY_MS,
    renewed: false,
    endHeard: null,
    closed: false,
    rests: 0,
  };
}

/** A session that was opened. */
export interface Session {
  access: DesktopAccess;
  created: Timed<CreateResponse>;
  encounter: Encounter;
}

/** A call that failed. */
export interface Failure extends SessionProblem {
  /** The same call may succeed later. */
  retryable: boolean;
  /** How long the edge wants to be left alone. */
  retryAfterMs: number;
}

export type Deliver = (commit: Commit) => Promise<unknown>;

/** What happens by itself or by a person's hand. */
export type Act =
  /** The session is to be opened, for the first time or again. */
  | { type: 'open' }
  | { type: 'show-code'; fresh: boolean }
  | { type: 'refresh' }
  | { type: 'correct'; id: string; change: MetadataChange }
  | { type: 'remove'; id: string }
  | { type: 'restore'; id: string }
  /** A photo was made from another. */
  | { type: 'derive'; id: string; from: string; picture: Picture; size: Size; derivation: Derivation }
  /** What became of the photos that are being added. */
  | { type: 'adding'; photos: readonly AddingPhoto[] }
  | { type: 'export'; ids: readonly string[]; way: ExportWay }
  | { type: 'commit'; forms: RecordForms; only: readonly string[] | null; deliver: Deliver }
  | { type: 'delivered'; outcome: Outcome }
  /** `anyway`: the clinician has seen what is new. */
  | { type: 'end'; anyway: boolean }
  /** The clinician does not want to end the session after all. */
  | { type: 'stay' }
  | { type: 'remove-phone'; phoneId: string }
  /** Lets the phone join that shows this number. */
  | { type: 'admit'; number: string }
  /** The page goes, and may not come back. */
  | { type: 'page-hidden' }
  /** Another screen of this tab put photos into the record. */
  | { type: 'noted'; ids: readonly string[]; time: string }
  | { type: 'close' }
  /** Another screen of the same encounter sends the rest. */
  | { type: 'inherited' };

/** A timer's end. */
export type Due =
  /** Time to fetch the list, or to open the session, again. */
  | { type: 'poll-due' }
  /** A removed photo cannot be brought back any more. */
  | { type: 'undo-lapsed'; id: string }
  /** The screen is gone, and what is left is sent again. */
  | { type: 'rest-due' };

/** What the edge or the realtime service says in answer to a request of the numbered opening. */
export type Reply = {
  opening: number;
} /** `inherited`: what an earlier screen of this encounter left to be sent. */ & (
  | ({ type: 'opened'; inherited: Outbox } & Session)
  | { type: 'code-renewed'; created: Timed<CreateResponse> }
  | { type: 'code-failed'; failure: Failure }
  | { type: 'heard'; name: EventName; revision: number | undefined }
  | { type: 'live' }
  | { type: 'down' }
  | { type: 'listed'; fetched: Fetched }
  | { type: 'list-failed'; failure: Failure }
  | { type: 'loaded'; id: string; picture: Picture }
  | { type: 'load-failed'; id: string }
  | { type: 'corrected'; id: string; change: MetadataChange; image: Image }
  | { type: 'removed'; id: string }
  /** A correction or removal failed. */
  | { type: 'unsent'; id: string; failure: Failure }
  | { type: 'ended' }
  | { type: 'end-failed'; failure: Failure }
  | { type: 'phone-removed' }
  | { type: 'admitted' }
  | { type: 'not-admitted'; failure: Failure }
  /** Any other call failed. */
  | { type: 'failed'; failure: Failure }
);

/** With the time, in milliseconds since 1970. */
export type Stamped<T> = T & { at: number };

/** What happened. */
export type Event = Stamped<Act | Due | Reply>;

export type Timer = 'poll' | 'rest' | `undo ${string}`;

export type Effect =
  /** Gets a launch token and opens its session. */
  | { do: 'open'; opening: number }
  /** Another encounter's session was opened: it starts from nothing. */
  | { do: 'replace'; session: Session }
  | { do: 'listen'; opening: number; access: DesktopAccess }
  | { do: 'stop-listening' }
  | { do: 'preconnect'; origin: string | undefined }
  | { do: 'renew-code'; opening: number; access: DesktopAccess }
  | { do: 'list'; opening: number; access: DesktopAccess; etag: string | null }
  | { do: 'load'; opening: number; id: string; url: string }
  /** Stops loading a picture that is not wanted any more. */
  | { do: 'abort'; id: string }
  /** Frees a picture. */
  | { do: 'revoke'; url: string }
  | { do: 'correct'; opening: number; access: DesktopAccess; id: string; change: MetadataChange }
  | { do: 'remove'; opening: number; access: DesktopAccess; id: string }
  | {
      do: 'deliver';
      encounter: Encounter;
      clinician: Clinician | null;
      images: readonly WidgetImage[];
      /** Every photo of the session: a consent covers more than what is committed now. */
      all: readonly WidgetImage[];
      forms: RecordForms;
      /** By the edge's clock, RFC 3339. */
      time: string;
      deliver: Deliver;
    }
  /** Keeps beyond this screen which photos the record has, and why it does not have others. */
  | { do: 'note-committed'; ids: readonly string[]; at: string; failed: ReadonlyMap<string, CommitProblem> }
  | { do: 'end'; opening: number; access: DesktopAccess; revision: number; force: boolean }
  | { do: 'remove-phone'; opening: number; access: DesktopAccess; phoneId: string }
  | { do: 'admit'; opening: number; access: DesktopAccess; number: string }
  /** Reports `due` after some time, unless the timer is set again or stopped. */
  | { do: 'wait'; timer: Timer; ms: number; due: Due }
  | { do: 'stop'; timer: Timer }
  /** The screen is gone with things left to send: the encounter's next screen may inherit them. */
  | { do: 'leave' }
  /** Forgets the photos that are being added. */
  | { do: 'drop-added' }
  /** Nothing is left to do. */
  | { do: 'finish' };

/** What an event leads to. */
export type Step = readonly [State, readonly Effect[]];

export const only = (state: State): Step => [state, []];

/** Runs a second step after a first and keeps the effects of both, in order. */
export function after([state, effects]: Step, ...rest: readonly ((state: State) => Step)[]): Step {
  const [next, ...later] = rest;
  if (!next) return [state, effects];
  const [then, more] = next(state);
  return after([then, [...effects, ...more]], ...later);
}

/** The time by the edge's clock, in RFC 3339. */
export const timestamp = ({ now, offset }: State): string => new Date(now + offset).toISOString();

/** Measures nearer than this differ by the network and by a header that counts seconds. */
const CLOCK_MARGIN_MS = 2_000;

/** Compares the desktop's clock with the edge's. */
export function withServerTime(state: State, sentAt: number | undefined): State {
  if (sentAt === undefined) return state;
  const offset = sentAt - state.now;
  return Math.abs(offset - state.offset) < CLOCK_MARGIN_MS ? state : { ...state, offset };
}
