/**
 * What the phone page knows and what can happen to it. The page is one
 * reducer (reducer.ts) over this state; whatever touches the world is an
 * Effect, carried out by the runtime.
 */

import type { EngineFailure } from '../../../wasm/browser/messages';
import type { EngineCode, Metadata, TokenResponse } from '../contract/api';
import type { Command, PhotoSnapshot, Snapshot } from '../contract/engine';

export type Screen =
  | 'loading'
  | 'code'
  | 'consent'
  | 'capture'
  | 'review'
  | 'metadata'
  | 'uploading'
  | 'success'
  | 'error';

/** What lies over a screen; the back button closes it first. */
export type Sheet = 'camera' | 'sites' | 'photo';

/** Why the Error screen is shown, beside the codes of the edge and the engine. */
export type TroubleCode = EngineCode | EngineFailure | 'other_patient';

export interface Trouble {
  code: TroubleCode;
  /** Whether the same thing may work later, unchanged. */
  retryable: boolean;
}

/** What has become of what the person typed to be let in: it is asked about, or why it did not work. */
export type Typed = 'asking' | 'malformed' | TroubleCode;

/** A photo that was chosen; the engine has not spoken of it yet. */
export interface Chosen {
  id: string;
  name: string;
  size: number;
  source: PhotoSnapshot['source'];
}

/** A remark that stays until it is dismissed or the next step makes it moot. */
export type Notice =
  | { kind: 'too-many'; added: number; offered: number }
  | { kind: 'restored'; count: number }
  | { kind: 'camera-killed' }
  | { kind: 'nothing-to-send' };

/** What the person can take back for a few seconds. */
export type Undo =
  | { kind: 'delete'; id: string }
  | { kind: 'apply'; count: number; before: Readonly<Record<string, Metadata>> };

/** Confirmed by the edge: how many of the last upload, and when the last one was. */
export interface Receipt {
  count: number;
  at: string;
  /** Some came from the gallery, where their originals still lie. */
  gallery: boolean;
}

export type ConsentAnswer = 'given' | 'skipped';

/** What survives a reload, in this tab only: no note, no picture. */
export interface Saved {
  /** A QR token or typed code that was not exchanged yet. */
  token?: string;
  session?: TokenResponse;
  screen?: Screen;
  current?: string;
  batch?: readonly string[];
  confirmed?: Readonly<Record<string, string>>;
  receipt?: Receipt;
  consent?: { answer: ConsentAnswer; at: string };
}

export interface State {
  screen: Screen;
  sheet: Sheet | null;
  /** The QR token or typed code in exchange; a token is kept for another try. */
  token: string | null;
  typed: Typed | null;
  session: TokenResponse | null;
  /** Another encounter's, whose code came while photos of this one are not sent yet. */
  offered: TokenResponse | null;
  /** `unsupported`: this browser cannot run it. */
  engine: 'off' | 'starting' | 'ready' | 'unsupported';
  snapshot: Snapshot | null;
  /** Share of a decoder that has come and a photo waits for; null: none does. */
  decoder: number | null;
  chosen: readonly Chosen[];
  /** What the person said of a photo in this page's life, by photo. */
  drafts: Readonly<Record<string, Metadata>>;
  /** Object URLs of what can be shown of a photo. */
  pictures: Readonly<Record<string, Picture>>;
  /** Photos taken out of the engine or about to be. */
  removed: readonly string[];
  undo: Undo | null;
  /** The photo of the Metadata screen and of the photo sheet. */
  current: string | null;
  /** Photos that the last Upload asked for. */
  batch: readonly string[];
  /** When the edge confirmed a photo, by photo. */
  confirmed: Readonly<Record<string, string>>;
  receipt: Receipt | null;
  consent: { answer: ConsentAnswer; at: string } | null;
  trouble: Trouble | null;
  notice: Notice | null;
  online: boolean;
  /** The person is done; nothing of the session is left on the phone. */
  closed: boolean;
  /** The screen to show once the engine has told what it restored. */
  resume: Screen | null;
}

export interface Picture {
  /** Small. */
  thumb?: string;
  /** The compressed photo as it is sent. */
  preview?: string;
}

export const initialState: State = {
  screen: 'loading',
  sheet: null,
  token: null,
  typed: null,
  session: null,
  offered: null,
  engine: 'off',
  snapshot: null,
  decoder: null,
  chosen: [],
  drafts: {},
  pictures: {},
  removed: [],
  undo: null,
  current: null,
  batch: [],
  confirmed: {},
  receipt: null,
  consent: null,
  trouble: null,
  notice: null,
  online: true,
  closed: false,
  resume: null,
};

export type Event =
  | { type: 'boot'; token: string | null; saved: Saved; cameraKilled: boolean; online: boolean; supported: boolean }
  /** Another code was scanned into the running page. */
  | { type: 'link'; token: string }
  /** The person has a code of another patient to type: the page's bare address leads back to this one. */
  | { type: 'another' }
  /** The person typed a code, or pasted the link, and wants in. */
  | { type: 'typed'; text: string }
  | { type: 'granted'; session: TokenResponse }
  | { type: 'refused'; trouble: Trouble }
  /** Yes, give up this encounter's photos for the one that was offered. */
  | { type: 'switch' }
  | { type: 'consented'; answer: ConsentAnswer; at: string }
  | { type: 'chosen'; photos: readonly Chosen[] }
  | { type: 'pictured'; id: string; picture: Picture }
  | { type: 'engine-ready' }
  | { type: 'engine-failed'; code: EngineFailure }
  | { type: 'snapshot'; snapshot: Snapshot }
  | { type: 'decoder-loading'; share: number }
  /** Forward. */
  | { type: 'review' }
  | { type: 'tag'; id?: string }
  | { type: 'upload' }
  | { type: 'more' }
  | { type: 'finish' }
  /** The back button of the browser or the page. */
  | { type: 'back' }
  | { type: 'open'; sheet: Sheet; id?: string }
  | { type: 'close' }
  /** Metadata of the photo in hand. */
  | { type: 'describe'; id: string; change: Change }
  | { type: 'copy-previous'; id: string }
  | { type: 'apply-to-all'; id: string }
  | { type: 'step'; by: 1 | -1 }
  | { type: 'delete'; id: string }
  | { type: 'undo' }
  | { type: 'undo-lapsed' }
  | { type: 'cancel'; id: string }
  | { type: 'retry'; id?: string }
  | { type: 'pause' }
  | { type: 'try-again' }
  | { type: 'dismiss' }
  | { type: 'lifecycle'; visible: boolean; online: boolean };

/** Fields to set; null clears. */
export type Change = { [Field in Exclude<keyof Metadata, 'captured' | 'consentAt'>]?: Metadata[Field] | null };

export type Effect =
  | { do: 'exchange'; token: string }
  /** Loads the engine and opens the session; commands wait for it. */
  | { do: 'start'; session: TokenResponse }
  | { do: 'send'; command: Exclude<Command, { type: 'add' | 'open' }> }
  /** Hands a chosen file to the engine. */
  | { do: 'add'; photo: Chosen }
  /** Frees the pictures and the file of a photo. */
  | { do: 'release'; id: string }
  | { do: 'reload' }
  /** Empties this tab's storage. */
  | { do: 'erase' }
  /** Begins anew with this session: another encounter must not meet this one's memory. */
  | { do: 'restart'; session: TokenResponse };

/** What an event leads to. */
export type Step = readonly [State, readonly Effect[]];
