/** What the widget shows of a session, and what of it is opened with a press. */

import type { Metadata } from '../contract/api';
import type { EarlierPhoto, WidgetImage } from '../widget/image';
import { photo } from '../widget/record/fixtures';
import type { CommitProblem } from '../widget/record/results';
import type { SessionState } from '../widget/session/api';
import { picture } from './picture';

export interface WidgetState {
  state: SessionState;
  gate?: 'referral';
  /** CSS selectors, pressed one after the other. */
  press?: readonly string[];
  /** Photos of the record that the host provides. */
  earlier?: readonly EarlierPhoto[];
}

const AT = '2026-03-04T09:30:00Z';
const LATER = new Date(Date.now() + 9 * 60_000).toISOString();
const FOREARM: Metadata = { bodySite: 'forearm', laterality: 'left', view: 'close-up', kind: 'lesion' };
const BREAST: Metadata = { bodySite: 'breast', laterality: 'right', sensitive: true };
const READ_ONLY: CommitProblem = { code: 'refused', detail: 'the record is read-only.' };

function images(...all: readonly [Metadata, Partial<WidgetImage>?][]): WidgetImage[] {
  return all.map(([details, more], index) =>
    photo(details, {
      id: `${index}`.repeat(32),
      number: index + 1,
      previewUrl: picture(index),
      width: 600,
      height: 800,
      ...more,
    }),
  );
}

const empty: SessionState = {
  status: 'open',
  connection: 'live',
  facilityId: 'fac-1',
  encounterId: 'enc-1001',
  patientId: 'pat-2001',
  patientLabel: 'Test Patient',
  sessionExpiresAt: LATER,
  maxImages: 20,
  qr: { url: 'https://photos.test/mobile#t=invented', typedCode: '7K3M-9QTX', expiresAt: LATER },
  phoneConnectedAt: null,
  phones: [],
  admission: 'none',
  guide: null,
  consent: 'off',
  adding: [],
  expected: [],
  expecting: false,
  images: [],
  removed: [],
  revision: 1,
  problem: null,
  committing: false,
  commitProblem: null,
  tooLate: [],
  ending: false,
  endQuestion: null,
  timeline: [],
};

const phone = { phoneId: 'p1', name: 'iPhone, Safari', joinedAt: AT, lastSeenAt: AT };
const joined: SessionState = { ...empty, phoneConnectedAt: AT, phones: [phone] };
const complete = images([FOREARM], [{ ...FOREARM, view: 'overview' }], [{ bodySite: 'hand', laterality: 'right' }]);
const full: SessionState = {
  ...joined,
  images: complete,
  timeline: [
    { at: AT, what: 'opened' },
    { at: AT, what: 'joined' },
    { at: AT, what: 'arrived', photo: 1 },
    { at: AT, what: 'arrived', photo: 2 },
    { at: AT, what: 'described', photo: 1 },
  ],
};
const of = (state: SessionState, more: Partial<SessionState>): WidgetState => ({ state: { ...state, ...more } });
const pressed = (state: SessionState, ...press: string[]): WidgetState => ({ state, press });

const VIEWED = '.tile';
const COMPARED = [VIEWED, '[data-icon=compare]'];
const earlier = {
  url: picture(3),
  time: '2026-02-04T10:15:00+13:00',
  bodySite: 'forearm',
  laterality: 'left',
} as const;
/** Beside an earlier photo, which the phones' camera shows, or not. */
const compared = (guide: SessionState['guide'], ...press: string[]): WidgetState => ({
  state: { ...full, guide },
  press: [...COMPARED, ...press],
  earlier: [earlier],
});
const BUTTONS = 'header button.plain';

/** By name, from the first screen to the last. */
export const WIDGET_STATES: Readonly<Record<string, WidgetState>> = {
  opening: of(empty, { status: 'opening', qr: null }),
  empty: { state: empty },
  'the code': pressed(empty, '[data-testid=show-code]'),
  'the code, expired': pressed(
    { ...empty, qr: { url: 'https://photos.test/mobile#t=old', typedCode: '7K3M-9QTX', expiresAt: AT } },
    '[data-testid=show-code]',
  ),
  'a phone joined': { state: joined },
  'a phone waits to be let in': of(empty, { phones: [{ ...phone, waiting: true }] }),
  'a wrong number': of(empty, { phones: [{ ...phone, waiting: true }], admission: 'wrong' }),
  'photos on their way': of(joined, {
    expected: ['x', 'y'].map((id) => ({
      id,
      phoneId: 'p1',
      phone: phone.name,
      aliveAt: new Date().toISOString(),
      removed: false,
    })),
  }),
  'a photo whose phone went away': of(joined, {
    expected: [{ id: 'x', phoneId: 'p1', phone: phone.name, aliveAt: AT, removed: false }],
  }),
  'photos being added': of(joined, {
    adding: [
      { id: 'v', name: 'dermatoscope.jpg', state: 'preparing', share: 0, problem: null },
      { id: 'w', name: 'scan-of-the-letter.jpg', state: 'sending', share: 0.4, problem: null },
      {
        id: 'x',
        name: 'from-the-e-mail.jpg',
        state: 'waiting',
        share: 0,
        problem: { code: 'offline', retryable: true },
      },
    ],
  }),
  'photos that cannot be added': of(full, {
    adding: [
      { id: 'v', name: 'letter.pdf', state: 'failed', share: 0, problem: { code: 'pdf_document', retryable: false } },
      { id: 'w', name: 'mole.jpg', state: 'failed', share: 0, problem: { code: 'duplicate', retryable: false } },
      { id: 'x', name: 'arm.jpg', state: 'failed', share: 0, problem: { code: 'engine_failed', retryable: true } },
    ],
  }),
  'photos without details': of(joined, { images: images([{}], [{ bodySite: 'hand' }], [FOREARM]) }),
  'photos, complete': { state: full },
  'a sensitive photo': of(full, { images: images([BREAST], [FOREARM]) }),
  'without live updates': of(full, { connection: 'polling', problem: { code: 'network', detail: '' } }),
  'a photo removed': of(full, { removed: complete.slice(0, 1), images: complete.slice(1) }),
  'referral set incomplete': { state: of(full, { images: complete.slice(0, 1) }).state, gate: 'referral' },
  'adding to the record': of(full, { committing: true }),
  'two not added': of(full, {
    images: images([FOREARM, { committedAt: AT }], [FOREARM, { commitProblem: READ_ONLY }]),
  }),
  'a record that refused': of(full, { commitProblem: { code: 'unheard', detail: '' } }),
  'in the record': of(full, { images: complete.map((image) => ({ ...image, committedAt: AT })) }),
  'asked before the end': of(full, { endQuestion: { arrived: 1, changed: 0, expected: 2 } }),
  ended: of(empty, { status: 'ended', qr: null }),
  'ended with photos left': of(full, { status: 'ended', images: complete.map((image) => ({ ...image, local: true })) }),
  'failed to open': of(empty, { status: 'failed', qr: null, problem: { code: 'launch_failed', detail: '' } }),
  viewer: pressed(full, VIEWED),
  'compared with another photo': pressed(full, ...COMPARED),
  'compared with an earlier photo': compared(null),
  'an earlier photo over this one': compared(null, '.comparing [aria-pressed]'),
  'an earlier photo on the phones': compared({ photo: `earlier ${earlier.url}`, state: 'shown' }),
  'an earlier photo that phones may still show': compared({ photo: `earlier ${earlier.url}`, state: 'kept' }),
  'an earlier photo from before a reload': compared({ photo: null, state: 'shown' }),
  timeline: pressed(full, `${BUTTONS}:nth-of-type(1)`),
  'taking photos out': pressed(full, `${BUTTONS}:nth-of-type(2)`),
};
