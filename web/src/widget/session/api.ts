/** A session as a host sees it: its state, and what can be done with it. */

import type { ClientErrorCode } from '../../api/client';
import type { RecordForms } from '../record/context';
import type { CommitPhoto } from '../record/delivery';
import type { CommitProblem } from '../record/results';
import type { Bundle } from '../record/transaction';
import type { Derivation, MetadataChange, WidgetImage } from '../image';
import type { Consent, EngineCode, Phone } from '../../contract/api';
import type { Realtime } from './realtime';
import type { ExportWay, TimelineEntry } from './timeline';

export type SessionStatus = 'opening' | 'open' | 'ended' | 'failed';
export type Connection = 'connecting' | 'live' | 'polling';

/** A code of the edge, or what kept this page from asking it. */
export type ProblemCode = ClientErrorCode | 'launch_failed';

export interface SessionProblem {
  code: ProblemCode;
  /** The edge's own sentence, for a log. The element has its own text for each code. */
  detail: string;
}

/** Why no photo can be added here. */
export type EngineFailure =
  /** The browser has no WebAssembly, or not enough of it. */
  | 'engine_unsupported'
  /** It could not be loaded, or the page forbids its frame. */
  | 'engine_failed'
  /** It runs, and ends again and again. */
  | 'engine_stopped';

export interface AddingProblem {
  code: EngineCode | EngineFailure;
  /** Trying again can help. */
  retryable: boolean;
}

/** A photo that is being added on this desktop; it becomes an image of the same id. */
export interface AddingPhoto {
  id: string;
  /** The file's. */
  name: string;
  state: 'preparing' | 'waiting' | 'sending' | 'failed';
  /** How much of it is sent, up to 1. */
  share: number;
  /** Why it failed, or what it waits for. */
  problem: AddingProblem | null;
}

/** A photo that a phone is sending, or another desktop. */
export interface ExpectedPhoto {
  id: string;
  /** '' for a desktop. */
  phoneId: string;
  /** The phone's name. */
  phone: string;
  /** The last sign of the phone, by the desktop's clock. */
  aliveAt: string;
  /** The phone was removed: the photo does not come. */
  removed: boolean;
}

/** The question before a session ends, if something happened that this desktop has not shown. */
export interface EndQuestion {
  /** Photos that arrived since the end was asked for. */
  arrived: number;
  /** Photos whose details have changed since. */
  changed: number;
  /** Photos that phones are still sending. */
  expected: number;
  /** Photos that are still being added here, if there are any. */
  adding?: number;
}

/** Times are by the desktop's own clock, whatever the edge's says, unless they are of something that happened. */
export interface SessionState {
  status: SessionStatus;
  connection: Connection;
  facilityId: string | null;
  encounterId: string | null;
  patientId: string | null;
  patientLabel: string | null;
  sessionExpiresAt: string | null;
  maxImages: number;
  /** The code to scan, the one to type on a phone whose camera will not, and when both stop working. */
  qr: { url: string; typedCode: string; expiresAt: string } | null;
  phoneConnectedAt: string | null;
  /** The phones that joined, in their order. */
  phones: readonly Phone[];
  /** What became of the last number that was typed to let a phone join. */
  admission: 'none' | 'sending' | 'wrong';
  /** The earlier photo that is offered to the phones' camera. */
  guide: OfferedGuide | null;
  /** Whether the patient is asked before photos are added here. */
  consent: Consent;
  /** Photos that are being added here. */
  adding: readonly AddingPhoto[];
  /** Photos that others are sending; each becomes an image of the same id. */
  expected: readonly ExpectedPhoto[];
  /** Photos are expected that are not listed yet. */
  expecting: boolean;
  images: readonly WidgetImage[];
  /** Removed a moment ago; `restore` brings them back. */
  removed: readonly WidgetImage[];
  revision: number;
  problem: SessionProblem | null;
  /** Whether a commit runs, and why the last one failed. */
  committing: boolean;
  commitProblem: CommitProblem | null;
  /** Numbers of photos whose last correction came too late for the record. */
  tooLate: readonly number[];
  /** Whether the session is being ended, and what is asked before. */
  ending: boolean;
  endQuestion: EndQuestion | null;
  timeline: readonly TimelineEntry[];
}

/** Photos on their way into the record. */
export interface Commit {
  encounterId: string;
  patientId: string | null;
  /** A FHIR R4 transaction with all photos. */
  bundle: Bundle;
  /** The same photo by photo, for records without transactions. */
  photos: readonly CommitPhoto[];
  images: readonly WidgetImage[];
}

export interface SessionSyncOptions {
  /** The edge's origin; '' for the page's own. */
  apiBase: string;
  /** A launch token of the practice system's backend, or where to get one. */
  launchToken: string | (() => Promise<string>);
  /** When photos went into the record from elsewhere, such as another tab, RFC 3339, by their ids. */
  committed?: ReadonlyMap<string, string>;
  realtime?: Realtime;
}

/** An earlier photo that the camera of the phone's page shows over its live picture. */
export interface OfferedGuide {
  /** Whatever the caller of `offerGuide` names it; null if it was offered before the widget was opened here. */
  photo: string | null;
  /** `failed`: it may not have arrived. `kept`: the call that takes it back failed, so phones may still show it. */
  state: 'sending' | 'shown' | 'failed' | 'kept';
}

/** Both functions are as React's `useSyncExternalStore` wants them. */
export interface SessionStore {
  getState(): SessionState;
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: (state: SessionState, before: SessionState) => void): () => void;
}

export interface SessionSync {
  readonly store: SessionStore;
  /**
   * Gets a fresh code into `qr`: only the newest code of an encounter works, and another desktop may have made one
   * since. `fresh` leaves the present one there until it comes.
   */
  showCode(fresh?: boolean): Promise<void>;
  /** Asks for changes now. */
  refresh(): void;
  /** Opens the session again after it failed or ended; photos that are not in the record yet stay. */
  reopen(): void;
  /** Corrects an image at once. The correction is sent to the edge until the edge has it. */
  correct(imageId: string, change: MetadataChange): void;
  /** Removes an image; for some seconds `restore` brings it back. */
  remove(imageId: string): void;
  restore(imageId: string): void;
  /** Adds an image made from another, which stays as it is; returns its id. Without `derivation` it was cropped. */
  derive(
    from: string,
    file: File,
    size: { width: number; height: number },
    derivation?: Derivation,
  ): string | undefined;
  /**
   * Adds photos of this computer, as a phone would send them. `agreed`: the patient agreed to it now. Resolves when
   * they are in `adding`, which says what becomes of each.
   */
  add(files: Iterable<File>, agreed?: boolean): Promise<void>;
  /** Tries a failed one of `adding` again. */
  retryAdding(id: string): void;
  /** Takes one of `adding` back. */
  cancelAdding(id: string): void;
  /** Records in the timeline that photos were exported. */
  exported(imageIds: readonly string[], way: ExportWay): void;
  /**
   * Hands all photos that are ready and not yet in the record to `deliver`, or only those with these ids. A photo
   * counts as committed when its own `keep` resolves, or without one when `deliver` resolves. The reason why a photo
   * is not in the record is kept with it. If nothing is left to commit and `endsThen` returns true, the session ends,
   * unless another encounter was opened meanwhile. Resolves to false if no photo was committed.
   */
  commit(
    deliver: (commit: Commit) => Promise<unknown>,
    forms?: Partial<RecordForms>,
    only?: readonly string[],
    endsThen?: () => boolean,
  ): Promise<boolean>;
  /**
   * Ends the session for everybody; its photos are deleted from the store. If something happened that is not shown
   * here, or photos are on their way, `endQuestion` asks first; `end(true)` ends it then, and `stay()` does not.
   */
  end(anyway?: boolean): Promise<void>;
  stay(): void;
  /** Removes a phone: it cannot send any more. */
  removePhone(phoneId: string): Promise<void>;
  /**
   * Lets the phone join that waits and shows this number. `admission` says if no phone shows it. After three wrong
   * numbers no phone waits any more, and the code does not work.
   */
  admit(number: string): Promise<void>;
  /**
   * Offers a photo to the phones' camera, which shows it over the live picture: a JPEG of at most 36 000 bytes, in
   * base64. null stops offering it.
   */
  offerGuide(photo: string | null, jpeg: string | null): Promise<void>;
  /** Lets go of everything: sockets, timers, object URLs. */
  close(): void;
}

/** Codes after which a session cannot be used any more. */
export const OVER: ReadonlySet<ProblemCode> = new Set(['session_expired', 'unauthorized']);
