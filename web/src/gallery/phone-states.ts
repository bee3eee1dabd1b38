/** Every screen, sheet and remark of the phone page, as a state. */

import type { Metadata } from '../contract/api';
import type { PhotoSnapshot, Snapshot } from '../contract/engine';
import { capturing, grant, photo, play, snapshot } from '../phone/fixtures';
import { initialState, type State, type TroubleCode } from '../phone/model';
import { picture } from './picture';

const AT = '2026-03-01T09:04:00Z';
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const FOREARM: Metadata = { bodySite: 'forearm', laterality: 'left', view: 'close-up', kind: 'lesion' };
const HAND: Metadata = { bodySite: 'hand', laterality: 'right', notes: 'Itches since Tuesday' };

/** Photos of the first ids, each with its changes. */
function photos(...changes: Partial<PhotoSnapshot>[]): PhotoSnapshot[] {
  return changes.map((change, index) => photo(IDS[index] ?? 'z', change));
}

function on(screen: State['screen'], list: readonly PhotoSnapshot[] = [], more: Partial<State> = {}): State {
  return withQueue(screen, snapshot(list), more);
}

function withQueue(screen: State['screen'], queue: Snapshot, more: Partial<State> = {}): State {
  const ids = queue.photos.map(({ id }) => id);
  return {
    ...capturing,
    screen,
    snapshot: queue,
    batch: ids,
    current: ids[0] ?? null,
    pictures: Object.fromEntries(ids.map((id, index) => [id, { thumb: picture(index), preview: picture(index) }])),
    ...more,
  };
}

const trouble = (code: TroubleCode, retryable: boolean, more: Partial<State> = {}): State =>
  on('error', [], { trouble: { code, retryable }, ...more });

const three = photos({}, {}, {});
const total = { totalBytes: 2_700_000 };
const other = { ...grant, encounterId: 'enc-1002', patientId: 'pat-2002', patientLabel: 'Test Patient B' };

const before: Readonly<Record<string, State>> = {
  loading: { ...initialState, token: 'qr' },
  code: { ...initialState, screen: 'code' },
  'code asking': { ...initialState, screen: 'code', typed: 'asking' },
  'code malformed': { ...initialState, screen: 'code', typed: 'malformed' },
  'code unknown': { ...initialState, screen: 'code', typed: 'token_invalid' },
  'waiting to be let in': { ...initialState, screen: 'waiting', number: '42' },
  'consent asked': on('consent', [], { session: { ...grant, consent: 'ask' } }),
  'consent required': on('consent', [], { session: { ...grant, consent: 'require' } }),
};

const choosing: Readonly<Record<string, State>> = {
  capture: on('capture'),
  'capture without a label': on('capture', [], { session: { ...grant, patientLabel: '' } }),
  'capture with photos waiting': on('capture', three),
  'capture near the limit': withQueue('capture', snapshot([], { imageCount: 18 })),
  'capture at the limit': withQueue('capture', snapshot([], { imageCount: 20 })),
  'capture after a restart': on('capture', three, { notice: { kind: 'restored', count: 3 } }),
  'capture after the camera failed': on('capture', [], { notice: { kind: 'camera-killed' } }),
  'capture, deleted too late': on('capture', [], { notice: { kind: 'arrived', count: 1 } }),
  'capture after another patient’s photos': on('capture', [], { notice: { kind: 'other-patient', count: 2 } }),
  'capture with too many chosen': on('capture', three, { notice: { kind: 'too-many', added: 3, offered: 25 } }),
  'capture, removed on the desktop': on('capture', [], { notice: { kind: 'removed', count: 1 } }),
  'capture offline': on('capture', [], { online: false }),
  'review in a private window': withQueue('review', snapshot(three, { durable: false })),
  'review preparing': on('review', photos({}, { state: 'compressing', bytes: 0 }, { state: 'chosen', bytes: 0 })),
  'review loading the converter': on('review', photos({ state: 'compressing', bytes: 0 }), { decoder: 0.4 }),
  review: on('review', photos({}, {}, {}, {}, {}, {})),
  'review with remarks': on(
    'review',
    photos(
      { warnings: ['blurred'] },
      { warnings: ['low-light'] },
      { warnings: ['duplicate'] },
      { warnings: ['shrunk'] },
    ),
  ),
  'review with files that cannot be read': on(
    'review',
    photos(
      { state: 'failed', bytes: 0, problem: { code: 'not_an_image', retryable: false } },
      { state: 'failed', bytes: 0, problem: { code: 'raw_photo', retryable: false } },
      { state: 'failed', bytes: 0, problem: { code: 'file_gone', retryable: true } },
    ),
  ),
  'review after a deletion': on('review', photos({}, {}), { undo: { kind: 'delete', id: 'c', stopped: false } }),
  'one photo': on('review', photos({ warnings: ['blurred'] }), { sheet: 'photo' }),
};

const describing: Readonly<Record<string, State>> = {
  details: on('metadata', three),
  'details given': on('metadata', photos({ metadata: FOREARM }, {}, {})),
  'details of the last photo before': on('metadata', photos({ metadata: FOREARM }, {}, {}), { current: 'b' }),
  'details with notes, sensitive': on('metadata', photos({ metadata: { ...HAND, sensitive: true } })),
  'all sites': on('metadata', three, { sheet: 'sites' }),
};

const sending: Readonly<Record<string, State>> = {
  uploading: withQueue(
    'uploading',
    snapshot(
      photos({ state: 'confirmed', sentBytes: 900_000 }, { state: 'sending', sentBytes: 400_000 }, { state: 'queued' }),
      { phase: 'uploading', sentBytes: 1_300_000, secondsLeft: 4, ...total },
    ),
  ),
  'uploading paused': withQueue(
    'uploading',
    snapshot(photos({ state: 'confirmed' }, { state: 'queued' }), { phase: 'paused', sentBytes: 900_000, ...total }),
  ),
  'uploading without a network': withQueue(
    'uploading',
    snapshot(photos({ state: 'queued' }, { state: 'queued' }), {
      phase: 'waiting',
      problem: { code: 'offline', retryable: true },
      ...total,
    }),
    { online: false },
  ),
  'uploading with a failed photo': withQueue(
    'uploading',
    snapshot(
      photos(
        { state: 'confirmed' },
        { state: 'failed', problem: { code: 'upstream_unavailable', retryable: true } },
        { state: 'cancelled' },
      ),
      { phase: 'waiting', sentBytes: 900_000, ...total },
    ),
  ),
  'uploading, changed on the desktop': withQueue(
    'uploading',
    snapshot(
      photos(
        { state: 'confirmed', metadata: FOREARM, correction: 'overruled' },
        { state: 'removed' },
        { state: 'confirming', sentBytes: 900_000 },
      ),
      { phase: 'uploading', sentBytes: 1_800_000, ...total },
    ),
  ),
  success: withQueue('success', snapshot([], { phase: 'done', imageCount: 3 }), {
    receipt: { count: 3, at: AT, gallery: true },
  }),
  'success with unsent photos': on('success', photos({}), { receipt: { count: 3, at: AT, gallery: false } }),
  'success, closed': on('success', [], { closed: 'done' }),
  'success, time over': on('success', [], { closed: 'over' }),
};

const ENDED = { session: null, snapshot: null } as const;

const errors: Readonly<Record<string, State>> = {
  'error: code expired': trouble('token_invalid', false, ENDED),
  'error: not let in': trouble('not_admitted', false, ENDED),
  'error: session over, photos kept': {
    ...on('error', three, { trouble: { code: 'session_expired', retryable: false } }),
    snapshot: snapshot(three, {
      phase: 'stopped',
      eraseAt: AT,
      problem: { code: 'session_expired', retryable: false },
    }),
  },
  'error: phone removed': trouble('phone_removed', false, ENDED),
  'error: no network': trouble('offline', true, ENDED),
  'error: the service is down': trouble('upstream_unavailable', true, ENDED),
  'error: too many requests': trouble('rate_limited', true, ENDED),
  'error: another patient': on('error', three, {
    trouble: { code: 'other_patient', retryable: false },
    offered: other,
  }),
  'error: browser without WebAssembly': play(initialState, {
    type: 'boot',
    token: 'qr',
    saved: {},
    cameraKilled: false,
    online: true,
    supported: false,
  }).state,
  'error: the engine failed': trouble('engine_failed', true),
};

/** By name, in the order in which a person meets them. */
export const PHONE_STATES: Readonly<Record<string, State>> = {
  ...before,
  ...choosing,
  ...describing,
  ...sending,
  ...errors,
};
