/**
 * What the phone page knows and what can happen to it. The page is one
 * reducer (reducer.ts) over this state; whatever touches the world is an
 * Effect, carried out by the runtime.
 */

import type { EngineFailure } from '../../../wasm/browser/messages';
import type { HeldGrant } from '../api/client';
import type { Captured, EngineCode, Kind, Metadata } from '../contract/api';
import type { Command, PhotoSnapshot, Snapshot } from '../contract/engine';

export type Screen =
  | 'loading'
  | 'code'
  | 'waiting'
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
export type TroubleCode = EngineCode | EngineFailure | 'other_patient' | 'not_admitted';

export interface Trouble {
  code: TroubleCode;
  /** Whether the same thing may work later, unchanged. */
  retryable: boolean;
}

/** The state of a typed code: being exchanged, or why it failed. */
export type Typed = 'asking' | 'malformed' | TroubleCode;

/** A photo that was chosen; the engine has not spoken of it yet. */
export interface Chosen {
  id: string;
  name: string;
  size: number;
  source: PhotoSnapshot['source'];
  /** The moment of the shutter, where the page saw it. Other photos have it in their files. */
  captured?: Captured;
}

/** A remark that stays until it is dismissed or the next step makes it moot. */
export type Notice =
  | { kind: 'removed'; count: number }
  /** Deleted here, but the desktop had them by then. */
  | { kind: 'arrived'; count: number }
  | { kind: 'other-patient'; count: number }
  | { kind: 'too-many'; added: number; offered: number }
  | { kind: 'restored'; count: number }
  | { kind: 'camera-killed' }
  | { kind: 'nothing-to-send' };

/** What the person can take back for a few seconds. */
export type Undo =
  /** `stopped`: it was being sent. */
  | { kind: 'delete'; id: string; stopped: boolean }
  | { kind: 'apply'; count: number; before: Readonly<Record<string, Metadata>> };

/** Confirmed by the edge: how many of the last upload, and when the last one was. */
export interface Receipt {
  count: number;
  at: string;
  /** Some came from the gallery, where their originals still lie. */
  gallery: boolean;
}

export type ConsentAnswer = 'given' | 'skipped';

/** A session that this page left while it had unsent photos. The engine keeps them, and the page the way back. */
export interface Parked {
  session: HeldGrant;
  /** Whether the engine has reported its photos since it last started. */
  seen: boolean;
}

/** What survives a reload, in this tab only: no note, no picture. */
export interface Saved {
  /** A QR token or typed code that was not exchanged yet. */
  token?: string;
  session?: HeldGrant;
  parked?: readonly HeldGrant[];
  screen?: Screen;
  current?: string;
  batch?: readonly string[];
  confirmed?: Readonly<Record<string, string>>;
  receipt?: Receipt;
  consent?: { answer: ConsentAnswer; at: string };
  /** Photos that were taken out. The engine may not have heard of the last one. */
  removed?: readonly string[];
}

export interface State {
  screen: Screen;
  sheet: Sheet | null;
  /** The QR token or typed code in exchange; a token is kept for another try. */
  token: string | null;
  typed: Typed | null;
  /** The number to show while the phone waits for the desktop to let it join. */
  number: string | null;
  session: HeldGrant | null;
  /** Another patient's, whose code was opened while photos of this one are unsent. */
  offered: HeldGrant | null;
  parked: readonly Parked[];
  /** `unsupported`: this browser cannot run it. */
  engine: 'off' | 'starting' | 'ready' | 'unsupported';
  snapshot: Snapshot | null;
  /** Download progress (0 to 1) of the decoder that a photo waits for, or null. */
  decoder: number | null;
  chosen: readonly Chosen[];
  /** The details that the person gave since the page was loaded, by photo. */
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
  /** The kind that was chosen last: photos of one encounter often show the same. */
  usualKind: Kind | null;
  trouble: Trouble | null;
  notice: Notice | null;
  online: boolean;
  /** Nothing of the session is left on the phone: the person is done, or its time is over. */
  closed: false | 'done' | 'over';
  /** The screen to show once the engine has reported what it restored. */
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
  number: null,
  session: null,
  offered: null,
  parked: [],
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
  usualKind: null,
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
  /** The desktop is to let this phone join, by the number that it shows. */
  | { type: 'waits'; token: string; number: string }
  /** The response to an exchange; it counts only while that code is still wanted. */
  | { type: 'granted'; token: string; session: HeldGrant }
  | { type: 'refused'; token: string; trouble: Trouble }
  /** To the patient that was offered; this one's photos wait. */
  | { type: 'switch' }
  /** Back to a patient that this page left. */
  | { type: 'return'; session: HeldGrant }
  /** The time is over that this session may stay on the phone, or everything, because the page was not used. */
  | { type: 'over'; unused: boolean }
  | { type: 'consented'; answer: ConsentAnswer; at: string }
  /** `session`: the one that was shown when the camera or the gallery was opened, if that was a while ago. */
  | { type: 'chosen'; photos: readonly Chosen[]; session?: HeldGrant }
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

export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** Fields to set; null clears. */
export type Change = { [Field in Exclude<keyof Metadata, 'captured' | 'consentAt'>]?: Metadata[Field] | null };

export type Effect =
  | { do: 'exchange'; token: string }
  /** Opens the session and starts the engine. The last session opened is the one that is shown. */
  | { do: 'start'; session: HeldGrant }
  | { do: 'send'; command: Exclude<Command, { type: 'add' | 'open' }> }
  /** Hands a chosen file to the engine. */
  | { do: 'add'; photo: Chosen }
  /** Frees the pictures and the file of a photo. */
  | { do: 'release'; id: string }
  | { do: 'reload' }
  /** Frees all pictures and files: the screens turn to another patient. */
  | { do: 'release-all' }
  /** Empties this tab's storage. */
  | { do: 'erase' };

/** What an event leads to. */
export type Step = readonly [State, readonly Effect[]];
