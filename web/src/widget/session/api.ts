/** A session as a host sees it: its state, and what can be done with it. */

import type { ClientErrorCode } from '../../api/client';
import type { Bundle, RecordForm } from '../fhir';
import { missingFrom, type MetadataChange, type WidgetImage } from '../image';
import type { Realtime } from './realtime';
import type { TimelineEntry } from './timeline';

export type SessionStatus = 'opening' | 'open' | 'ended' | 'failed';
export type Connection = 'connecting' | 'live' | 'polling';

export interface SessionProblem {
  code: ClientErrorCode;
  /** A sentence for a person. */
  detail: string;
}

export interface SessionState {
  status: SessionStatus;
  connection: Connection;
  encounterId: string | null;
  patientId: string | null;
  patientLabel: string | null;
  sessionExpiresAt: string | null;
  maxImages: number;
  /** The code to scan, the one to type on a phone whose camera will not, and when both stop working. */
  qr: { url: string; typedCode: string; expiresAt: string } | null;
  phoneConnectedAt: string | null;
  images: readonly WidgetImage[];
  /** Removed a moment ago; `restore` brings them back. */
  removed: readonly WidgetImage[];
  revision: number;
  problem: SessionProblem | null;
  /** Whether a commit runs, and why the last one failed. */
  committing: boolean;
  commitProblem: string | null;
  timeline: readonly TimelineEntry[];
}

/** Photos on their way into the record. */
export interface Commit {
  encounterId: string;
  patientId: string | null;
  /** A FHIR R4 transaction. */
  bundle: Bundle;
  images: readonly WidgetImage[];
}

export interface SessionSyncOptions {
  /** The edge's origin; '' for the page's own. */
  apiBase: string;
  /** A launch token of the practice system's backend, or where to get one. */
  launchToken: string | (() => Promise<string>);
  realtime?: Realtime;
}

/** Both functions are as React's `useSyncExternalStore` wants them. */
export interface SessionStore {
  getState(): SessionState;
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: (state: SessionState, before: SessionState) => void): () => void;
}

export interface SessionSync {
  readonly store: SessionStore;
  /** Makes sure that `qr` holds a code with time left on it, or a fresh one. */
  showCode(fresh?: boolean): Promise<void>;
  /** Asks for changes now. */
  refresh(): void;
  /** Opens the session again after it failed or ended; photos that are not in the record yet stay. */
  reopen(): void;
  /** Corrects an image at once; the edge is told, and told again, until it knows. */
  correct(imageId: string, change: MetadataChange): void;
  /** Removes an image; for some seconds `restore` brings it back. */
  remove(imageId: string): void;
  restore(imageId: string): void;
  /** Adds an image made from another, which stays as it is; answers its id. */
  derive(from: string, file: File, size: { width: number; height: number }): string | undefined;
  /**
   * Hands all photos that are ready and not yet in the record to `deliver`. They count as
   * committed when it resolves; when it rejects, nothing changes and the reason is kept.
   * Resolves to false if nothing was committed.
   */
  commit(deliver: (commit: Commit) => Promise<unknown>, form?: RecordForm): Promise<boolean>;
  /** Ends the session for everybody; its photos are deleted from the store. */
  end(): Promise<void>;
  /** Lets go of everything: sockets, timers, object URLs. */
  close(): void;
}

export const initialState: SessionState = {
  status: 'opening',
  connection: 'connecting',
  encounterId: null,
  patientId: null,
  patientLabel: null,
  sessionExpiresAt: null,
  maxImages: 0,
  qr: null,
  phoneConnectedAt: null,
  images: [],
  removed: [],
  revision: -1,
  problem: null,
  committing: false,
  commitProblem: null,
  timeline: [],
};

/** Answers after which a session cannot be used any more. */
export const OVER: ReadonlySet<ClientErrorCode> = new Set(['session_expired', 'unauthorized']);

/** The photos that the next commit would take, or undefined while one of them lacks something. */
export function readyToCommit(images: readonly WidgetImage[]): readonly WidgetImage[] | undefined {
  const open = images.filter(({ committedAt }) => committedAt === undefined);
  return open.length > 0 && open.every(({ said, file }) => file !== null && missingFrom(said).length === 0)
    ? open
    : undefined;
}
