/**
 * What the phone page and the engine's worker say to each other, as
 * wasm/upload declares it. Commands go down as objects (they carry Files),
 * messages come up; every decision is the engine's, the page renders
 * snapshots. Samples: shared/testdata/engine-*.json.
 */

import type { ApiErrorCode, Metadata, TokenResponse } from './api';

/** Codes of the engine beside those of the API. */
export type EngineErrorCode =
  | ApiErrorCode
  | 'empty_file'
  | 'not_an_image'
  | 'truncated'
  | 'too_many_pixels'
  | 'blank_result'
  | 'timeout'
  | 'out_of_memory'
  | 'cannot_decode'
  | 'duplicate'
  | 'offline'
  | 'storage_blocked'
  | 'network';

export type Command =
  /** First command. Restores the journal of the same patient's encounter. The session before goes on in the background. */
  | { type: 'open'; apiBase: string; session: TokenResponse }
  /**
   * Work on the photo starts at once; `id` is 32 random hex digits and becomes the imageId.
   * `refused` is set by the engine's client alone: an engine died over this photo more than once.
   */
  | { type: 'add'; id: string; name: string; source: 'camera' | 'gallery'; file: Blob; refused?: EngineErrorCode }
  /** Replaces a photo's metadata; ignored once it was confirmed. */
  | { type: 'describe'; id: string; metadata: Metadata }
  /** Takes the photo out of the queue and the journal. */
  | { type: 'remove'; id: string }
  /** Sends these photos, now or once they are ready; ends a pause. */
  | { type: 'upload'; ids: string[] }
  | { type: 'pause' }
  /** Tries failed photos again: one, or all without an id. */
  | { type: 'retry'; id?: string }
  /** Stops sending one photo; it stays, and `retry` sends it again. */
  | { type: 'cancel'; id: string }
  | { type: 'lifecycle'; visible: boolean; online: boolean }
  /** Empties queue and journal: the person is done with this session. */
  | { type: 'forget' };

export type PhotoState =
  | 'chosen' // waits for its turn to be compressed
  | 'compressing'
  | 'ready' // compressed; leaves the phone only after `upload`
  | 'queued' // waits to be signed or sent
  | 'signing'
  | 'sending'
  | 'confirming'
  | 'confirmed'
  | 'failed'
  | 'cancelled';

export type PhotoWarning = 'low-light' | 'blurred' | 'shrunk' | 'duplicate';

/** A sentence for a person with a code for the program. */
export interface EngineProblem {
  code: EngineErrorCode;
  detail: string;
  /** Whether `retry` can help; otherwise only removing does. */
  retryable: boolean;
}

export interface PhotoSnapshot {
  id: string;
  name: string;
  source: 'camera' | 'gallery';
  state: PhotoState;
  originalBytes: number;
  /** Zero until compressed. */
  bytes: number;
  width: number;
  height: number;
  /** Bytes that are known to have left the phone. */
  sentBytes: number;
  warnings: PhotoWarning[];
  metadata: Metadata;
  problem?: EngineProblem;
  /** When the next try begins, if one is waiting. */
  retryAt?: string;
  /** When the edge confirmed it. */
  confirmedAt?: string;
}

export type QueuePhase =
  | 'idle' // nothing was asked to be sent
  | 'uploading'
  | 'waiting' // for the network or the next try
  | 'paused'
  | 'done' // every photo that was asked for is confirmed, cancelled or failed for good
  | 'stopped'; // the session is over: see problem

export interface Snapshot {
  phase: QueuePhase;
  photos: PhotoSnapshot[];
  /** Totals of what was asked to be sent; sentBytes never falls. */
  sentBytes: number;
  totalBytes: number;
  secondsLeft?: number;
  /** Concerns the whole queue: offline, storage_blocked, session_expired, limit_reached… */
  problem?: EngineProblem;
  /** False: photos would not survive a closed tab (no IndexedDB, or it is full). */
  durable: boolean;
  imageCount: number;
  maxImages: number;
  /** What other patients' sessions have on this phone. */
  waiting?: Waiting[];
  /** When everything that is left is erased, once the session is over; on the phone's clock. */
  eraseAt?: string;
  /** The session's time on this phone is over: forget its key too. */
  erased?: true;
}

/** What another session has on this phone. */
export interface Waiting {
  /** Tells sessions apart, and nothing else; empty for one that this page left. */
  session: string;
  photos: number;
  /** When they are erased; on the phone's clock. */
  expiresAt: string;
  /** Known only if this page left the session. */
  patientLabel?: string;
}

export type Message =
  /** The engine runs and takes commands (earlier ones were kept). */
  | { type: 'ready'; version: string }
  | { type: 'snapshot'; snapshot: Snapshot }
  /** The compressed photo, once per photo, for thumbnails (also after a restore). */
  | { type: 'preview'; id: string; jpeg: Blob }
  /** The photo that is compressed needs a decoder that is not loaded yet; this share of it has come, up to 1. */
  | { type: 'loading'; share: number };
