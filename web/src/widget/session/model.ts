/**
 * One encounter's session on this desktop as plain data: the state, the events
 * that change it, and the effects that they cause. Nothing here uses the browser,
 * so tests can play whole lives of a session without one.
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
import { emptyOutbox, type Attempt, type Outbox } from './outbox';
import type { ExportWay, TimelineEntry } from './timeline';

/** How often the list is fetched while realtime is down. */
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

/** Facility, patient and encounter id together identify an encounter: systems reuse encounter numbers. */
export function isSameEncounter(a: Encounter, b: Encounter): boolean {
  return a.encounterId === b.encounterId && a.patientId === b.patientId && a.facilityId === b.facilityId;
}

/** The list of the session's photos, as far as it is known. */
export interface Listing {
  /** The entity tag of the last list. null requests the complete list. */
  etag: string | null;
  revision: number;
  /** The revision of the previous list. The last list has all changes since then. */
  before: number;
  fetching: boolean;
  /** How many lists were requested. */
  fetches: number;
  /** If the current fetch returns a lower revision than this, the list is fetched again. */
  awaited: number;
}

export const emptyListing: Listing = { etag: null, revision: -1, before: -1, fetching: false, fetches: 0, awaited: 0 };

/** An end of the session that waits for the edge or for the clinician. */
export interface Ending {
  step: 'calling' | 'checking' | 'asking';
  /** Each photo's details when the clinician asked to end. The clinician has not seen a later change. */
  shown: ReadonlyMap<string, string>;
  /** How often the edge has refused the end. */
  refusals: number;
  /** The edge reported that photos are on their way. */
  pending: boolean;
  /** Only lists that were requested after this number of requests show what is new. */
  after: number;
  question: EndQuestion | null;
}

export interface State {
  /** The desktop's clock at the last event, in milliseconds since 1970. */
  now: number;
  /** How far the edge's clock is ahead of the desktop's. */
  offset: number;
  /** The edge asked for no calls before this time. */
  quietUntil: number;
  status: SessionStatus;
  connection: Connection;
  /** Counts the openings. Responses to requests of an earlier opening are ignored. */
  opening: number;
  /** The credentials of calls, or null while the session is not open. */
  access: DesktopAccess | null;
  /** The previous credentials. They send the remaining changes if the page closes while the session is being opened. */
  former: DesktopAccess | null;
  encounter: Encounter | null;
  /** The clinician in this desktop's launch token. */
  clinician: Clinician | null;
  storageOrigin: string | undefined;
  sessionExpiresAt: string | null;
  maxImages: number;
  /** What the edge accepts of photos that are added here. */
  limits: PhoneLimits;
  consent: Consent;
  /** The origin of the page that runs the engine. */
  engineOrigin: string;
  /** Photos that are being added here, and the ids of all that were ever added here. */
  adding: readonly AddingPhoto[];
  added: ReadonlySet<string>;
  qr: SessionState['qr'];
  /** A code was requested while the edge was unreachable. */
  codeWanted: boolean;
  phoneConnectedAt: string | null;
  phones: readonly Phone[];
  /** Those that were removed on this screen. */
  phonesRemoved: ReadonlySet<string>;
  admission: SessionState['admission'];
  guide: SessionState['guide'];
  /** The number of lists that had been requested when the guide was last set. */
  guideSetAfter: number;
  /** Names of all phones, by id. They are kept because photos can outlive the session that lists their phones. */
  phoneNames: ReadonlyMap<string, string>;
  /** Photos that phones are sending. */
  expected: readonly ExpectedImage[];
  /** Photos are expected that no list has named yet. */
  expecting: boolean;
  list: Listing;
  album: Album;
  outbox: Outbox;
  /** A random id of this screen and the number of corrections that it has sent: the ids of corrections are unique. */
  screen: string;
  sentCorrections: number;
  /** When each photo went into the record. */
  committed: ReadonlyMap<string, string>;
  /** The details that the running commit gives each of its photos, as text, or null if none is running. */
  delivering: ReadonlyMap<string, string> | null;
  /** Those that the record may have of photos whose commit failed; '' after attempts with different details. */
  attempted: ReadonlyMap<string, string>;
  /** Corrections of these photos during the commit. */
  late: ReadonlyMap<string, MetadataChange>;
  /** Those of them that were sent to the edge, because the page was hidden before the commit ended. */
  lateSent: ReadonlySet<string>;
  /** Numbers of photos that went into the record without their last correction. */
  tooLate: readonly number[];
  commitProblem: CommitProblem | null;
  /** Why the record did not accept photos. */
  notKept: ReadonlyMap<string, CommitProblem>;
  ending: Ending | null;
  problem: SessionProblem | null;
  timeline: readonly TimelineEntry[];
  /** The pause before the next attempt after a failure. */
  retryMs: number;
  /** A desktop token was refused, and no call has succeeded yet with the renewed one. */
  renewed: boolean;
  /** A call repeats an end, which may be half done. */
  repeatingEnd: boolean;
  /** The screen has closed. The remaining changes are sent for about a minute. */
  closed: boolean;
  /** How many attempts that took. */
  rests: number;
}

export function initialState(
  screen: string,
  committed: ReadonlyMap<string, string> = new Map(),
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
    phonesRemoved: new Set(),
    admission: 'none',
    guide: null,
    guideSetAfter: 0,
    phoneNames: new Map(),
    expected: [],
    expecting: false,
    list: emptyListing,
    album: emptyAlbum,
    outbox: emptyOutbox,
    screen,
    sentCorrections: 0,
    committed,
    delivering: null,
    attempted: new Map(),
    late: new Map(),
    lateSent: new Set(),
    tooLate: [],
    commitProblem: null,
    notKept,
    ending: null,
    problem: null,
    timeline: [],
    retryMs: FIRST_RETRY_MS,
    renewed: false,
    repeatingEnd: false,
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
  /** The pause that the edge asked for. */
  retryAfterMs: number;
  /** The session is over because a desktop ended it. */
  ended: boolean;
}

export type Deliver = (commit: Commit) => Promise<unknown>;

/** Actions of a person, of the page, and of other screens. */
export type Act =
  /** Opens the session, for the first time or again. */
  | { type: 'open' }
  | { type: 'show-code'; fresh: boolean }
  | { type: 'refresh' }
  | { type: 'correct'; id: string; change: MetadataChange }
  | { type: 'remove'; id: string }
  | { type: 'restore'; id: string }
  /** A photo was made from another. */
  | { type: 'derive'; id: string; from: string; picture: Picture; size: Size; derivation: Derivation }
  /** The progress of the photos that are being added. */
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
  /** Offers a photo to the phones' camera, or stops. */
  | { type: 'offer-guide'; photo: string | null; jpeg: string | null }
  /** The page is hidden, and may be closed without another event. */
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
  /** Time to send the remaining changes of a closed screen again. */
  | { type: 'rest-due' };

/** Responses of the edge and of the realtime service, with the opening to which their request belonged. */
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
  | { type: 'corrected'; id: string; attempt: Attempt; image: Image }
  | { type: 'removed'; id: string }
  /** A correction or removal failed. */
  | { type: 'unsent'; id: string; failure: Failure }
  | { type: 'ended' }
  | { type: 'end-failed'; failure: Failure }
  | { type: 'phone-removed' }
  | { type: 'admitted' }
  | { type: 'not-admitted'; failure: Failure }
  | { type: 'guide-set'; photo: string | null; isOffered: boolean }
  | { type: 'guide-failed'; photo: string | null; isOffered: boolean; failure: Failure }
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
  /** Another encounter's session was opened. It starts with an empty state. */
  | { do: 'replace'; session: Session }
  | { do: 'listen'; opening: number; access: DesktopAccess }
  | { do: 'stop-listening' }
  | { do: 'preconnect'; origin: string | undefined }
  | { do: 'renew-code'; opening: number; access: DesktopAccess }
  | { do: 'list'; opening: number; access: DesktopAccess; etag: string | null }
  | { do: 'load'; opening: number; id: string; url: string }
  /** Stops loading a picture that is no longer needed. */
  | { do: 'abort'; id: string }
  /** Frees a picture. */
  | { do: 'revoke'; url: string }
  | { do: 'correct'; opening: number; access: DesktopAccess; id: string; attempt: Attempt }
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
  /** Remembers beyond this screen which photos the record has, and why it refused others. */
  | { do: 'note-committed'; ids: readonly string[]; at: string; failed: ReadonlyMap<string, CommitProblem> }
  | { do: 'end'; opening: number; access: DesktopAccess; revision: number; force: boolean }
  | { do: 'remove-phone'; opening: number; access: DesktopAccess; phoneId: string }
  | { do: 'admit'; opening: number; access: DesktopAccess; number: string }
  | { do: 'set-guide'; opening: number; access: DesktopAccess; photo: string | null; jpeg: string | null }
  /** Reports `due` after some time, unless the timer is set again or stopped. */
  | { do: 'wait'; timer: Timer; ms: number; due: Due }
  | { do: 'stop'; timer: Timer }
  /** The screen closed with unsent changes. The encounter's next screen may take them over. */
  | { do: 'leave' }
  /** Forgets the photos that are being added. */
  | { do: 'drop-added' }
  /** Nothing is left to do. */
  | { do: 'finish' };

/** The result of an event: the next state, and the effects to carry out. */
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

/** Smaller differences of the clocks are ignored: they come from the network and from a header in whole seconds. */
const CLOCK_MARGIN_MS = 2_000;

/** Compares the desktop's clock with the edge's. */
export function withServerTime(state: State, sentAt: number | undefined): State {
  if (sentAt === undefined) return state;
  const offset = sentAt - state.now;
  return Math.abs(offset - state.offset) < CLOCK_MARGIN_MS ? state : { ...state, offset };
}
