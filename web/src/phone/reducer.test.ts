import { describe, expect, test } from 'vitest';
import type { Metadata, Grant } from '../contract/api';
import type { PhotoSnapshot, Snapshot } from '../contract/engine';
import { capturing, chosen, grant, photo, play, reviewing, snapshot } from './fixtures';
import { initialState, type Event, type Saved, type Screen, type State } from './model';
import { metadataOf, photos, room, unsent } from './select';
import { savedOf } from './storage';

const ids = (state: State) => unsent(state).map(({ id }) => id);
const boot = (saved: Saved = {}, more: Partial<Extract<Event, { type: 'boot' }>> = {}): Event => ({
  type: 'boot',
  token: null,
  saved,
  cameraKilled: false,
  online: true,
  supported: true,
  ...more,
});
const snap = (...args: Parameters<typeof snapshot>): Event => ({ type: 'snapshot', snapshot: snapshot(...args) });

describe('a phone that has to be admitted', () => {
  const asked = play(initialState, {
    type: 'boot',
    token: 'qr',
    saved: {},
    cameraKilled: false,
    online: true,
    supported: true,
  }).state;
  const waiting = play(asked, { type: 'waits', token: 'qr', number: '42' }).state;

  test('shows its number, and continues after it was admitted', () => {
    expect(waiting).toMatchObject({ screen: 'waiting', number: '42' });
    const { state } = play(waiting, { type: 'granted', token: 'qr', session: grant });
    expect(state).toMatchObject({ number: null, session: grant });
    expect(state.screen).not.toBe('waiting');
  });

  test('shows that it was not admitted', () => {
    const trouble = { code: 'token_invalid', retryable: false } as const;
    const { state } = play(waiting, { type: 'refused', token: 'qr', trouble });
    expect(state).toMatchObject({ screen: 'error', number: null, token: null, trouble: { code: 'not_admitted' } });
  });

  test('shows that the desktop removed it', () => {
    const trouble = { code: 'phone_removed', retryable: false } as const;
    expect(play(waiting, { type: 'refused', token: 'qr', trouble }).state).toMatchObject({ screen: 'error', trouble });
  });

  test('ignores a number of an earlier code', () => {
    expect(play(asked, { type: 'waits', token: 'other', number: '42' }).state).toBe(asked);
  });

  test('goes back to the patient who was open before', () => {
    const linked = play(
      capturing,
      { type: 'link', token: 'next' },
      { type: 'waits', token: 'next', number: '42' },
    ).state;
    expect(linked.screen).toBe('waiting');
    expect(play(linked, { type: 'back' }).state).toMatchObject({ screen: 'capture', number: null, token: null });
  });
});

describe('opening', () => {
  test('a scanned code is exchanged, and the engine opens the session', () => {
    const first = play(initialState, boot({}, { token: 'qr' }));
    expect(first).toMatchObject({ state: { screen: 'loading' }, effects: [{ do: 'exchange', token: 'qr' }] });
    const then = play(first.state, { type: 'granted', token: 'qr', session: grant });
    expect(then).toMatchObject({
      state: { screen: 'capture', token: null },
      effects: [{ do: 'start', session: grant }],
    });
  });

  test('a new code is opened first, and the session of the tab can still be reached', () => {
    const { state, effects } = play(initialState, boot({ session: grant, screen: 'review' }, { token: 'qr' }));
    expect(state).toMatchObject({ screen: 'loading', session: grant });
    expect(effects).toEqual([
      { do: 'start', session: grant },
      { do: 'exchange', token: 'qr' },
    ]);
  });

  test('a reload before the end of the exchange repeats it', () => {
    expect(play(initialState, boot({ token: 'qr' })).effects).toEqual([{ do: 'exchange', token: 'qr' }]);
  });

  test('without a code the page explains what to do', () => {
    expect(play(initialState, boot()).state).toMatchObject({ screen: 'code', trouble: null });
  });

  test.each<[Screen, Screen]>([
    ['capture', 'capture'],
    ['review', 'review'],
    ['metadata', 'metadata'],
    ['uploading', 'uploading'],
  ])('a reload on %s comes back to it, with the same session and no exchange', (screen, shown) => {
    const saved: Saved = { session: grant, screen, batch: screen === 'uploading' ? ['a'] : [], current: 'a' };
    const started = play(initialState, boot(saved));
    expect(started.effects).toEqual([{ do: 'start', session: grant }]);
    const restored = photo('a', screen === 'uploading' ? { state: 'sending' } : {});
    expect(play(started.state, snap([restored])).state).toMatchObject({ screen: shown });
  });

  test('a reload on Success shows the receipt again', () => {
    const receipt = { count: 2, at: '2026-03-01T09:00:00Z', gallery: false };
    expect(play(initialState, boot({ session: grant, screen: 'success', receipt })).state).toMatchObject({
      screen: 'success',
      receipt,
    });
  });

  test('a reload whose photos are gone comes back to Capture', () => {
    const { state } = play(initialState, boot({ session: grant, screen: 'review' }), snap());
    expect(state.screen).toBe('capture');
  });

  test('after Android has ended the page during its camera, Capture explains it', () => {
    const { state } = play(
      initialState,
      boot({ session: grant, screen: 'review' }, { cameraKilled: true }),
      snap([photo('a')]),
    );
    expect(state).toMatchObject({ screen: 'capture', notice: { kind: 'camera-killed' } });
    expect(ids(state)).toEqual(['a']);
  });

  test('a notice announces photos of an earlier page', () => {
    const { state } = play(
      initialState,
      boot({}, { token: 'qr' }),
      { type: 'granted', token: 'qr', session: grant },
      snap([photo('a'), photo('b')]),
    );
    expect(state).toMatchObject({ screen: 'capture', notice: { kind: 'restored', count: 2 } });
  });

  test('photos that were chosen before the engine reported are not announced', () => {
    const { state } = play(
      initialState,
      boot({ session: grant }),
      { type: 'chosen', photos: chosen('a') },
      snap([photo('a')]),
    );
    expect(state).toMatchObject({ screen: 'review', notice: null });
  });

  test('an upload that the last page could not finish is shown at once', () => {
    const { state } = play(
      initialState,
      boot({}, { token: 'qr' }),
      { type: 'granted', token: 'qr', session: grant },
      snap([photo('a', { state: 'queued' })], { phase: 'uploading' }),
    );
    expect(state).toMatchObject({ screen: 'uploading', batch: ['a'] });
  });
});

describe('a typed code', () => {
  const asked = play(initialState, boot(), { type: 'typed', text: '7k3m 9qtx' });

  test('is exchanged like a scanned code, and the session opens', () => {
    expect(asked).toMatchObject({
      state: { screen: 'code', typed: 'asking' },
      effects: [{ do: 'exchange', token: '7k3m 9qtx' }],
    });
    const { state, effects } = play(asked.state, { type: 'granted', token: '7k3m 9qtx', session: grant });
    expect(state).toMatchObject({ screen: 'capture', typed: null, token: null, session: grant });
    expect(effects).toEqual([{ do: 'start', session: grant }]);
  });

  test('is corrected in its field after it was refused, and not stored', () => {
    const wrong = play(asked.state, {
      type: 'refused',
      token: '7k3m 9qtx',
      trouble: { code: 'token_invalid', retryable: false },
    }).state;
    expect(wrong).toMatchObject({ screen: 'code', typed: 'token_invalid', token: null, trouble: null });
    expect(play(wrong, { type: 'typed', text: '7K3M-9QTY' })).toMatchObject({
      state: { typed: 'asking' },
      effects: [{ do: 'exchange', token: '7K3M-9QTY' }],
    });
  });

  test('is not sent to the edge if it cannot be a code', () => {
    expect(play(initialState, boot(), { type: 'typed', text: '7K3M' })).toMatchObject({
      state: { screen: 'code', typed: 'malformed', token: null },
      effects: [],
    });
  });

  test('can also be a pasted link', () => {
    expect(play(initialState, boot(), { type: 'typed', text: 'https://edge.test/mobile#t=qr' }).effects).toEqual([
      { do: 'exchange', token: 'qr' },
    ]);
  });

  test('is ignored after another code was scanned', () => {
    const scanned = play(asked.state, { type: 'link', token: 'qr' }).state;
    expect(scanned).toMatchObject({ screen: 'loading', typed: null });
    expect(
      play(scanned, { type: 'refused', token: 'qr', trouble: { code: 'token_invalid', retryable: false } }).state,
    ).toMatchObject({ screen: 'error', resume: null });
  });

  test('can be typed for another patient during a session, and can be left again', () => {
    const typing = play(capturing, { type: 'another' }).state;
    expect(typing).toMatchObject({ screen: 'code', session: grant });
    expect(play(typing, { type: 'back' }).state).toMatchObject({ screen: 'capture', resume: null, session: grant });
    const session = { ...grant, encounterId: 'enc-2002' };
    const { effects } = play(
      typing,
      { type: 'typed', text: '7K3M-9QTX' },
      { type: 'granted', token: '7K3M-9QTX', session },
    );
    expect(effects).toEqual([{ do: 'release-all' }, { do: 'start', session }]);
  });

  test('reopens a session that has ended, with the photos on the phone', () => {
    const ended = play(
      reviewing('a'),
      snap([photo('a')], { phase: 'stopped', problem: { code: 'session_expired', retryable: false } }),
    ).state;
    const session = { ...grant, uploadToken: 'new' };
    const typing = play(ended, { type: 'typed', text: '7K3M-9QTX' }).state;
    expect(typing).toMatchObject({ screen: 'error', trouble: { code: 'session_expired' }, typed: 'asking' });
    expect(play(typing, { type: 'granted', token: '7K3M-9QTX', session }).state).toMatchObject({
      screen: 'review',
      trouble: null,
      typed: null,
      session,
    });
  });
});

describe('consent', () => {
  test.each(['ask', 'require'] as const)('%s comes before the first photo, once', (consent) => {
    const session = { ...grant, consent };
    const asked = play(initialState, boot({}, { token: 'qr' }), { type: 'granted', token: 'qr', session }).state;
    expect(asked.screen).toBe('consent');
    const answered = play(asked, { type: 'consented', answer: 'given', at: '2026-03-01T09:00:00Z' }).state;
    expect(answered).toMatchObject({ screen: 'capture', consent: { answer: 'given' } });
    const again = play(initialState, boot({ session, screen: 'capture', consent: answered.consent! }));
    expect(again.state.screen).toBe('capture');
  });

  test.each([
    ['given', true],
    ['skipped', false],
  ] as const)('%s: noted with each photo: %s', (answer, noted) => {
    const at = '2026-03-01T09:00:00Z';
    const { state, effects } = play({ ...capturing, consent: { answer, at } }, { type: 'chosen', photos: chosen('a') });
    const describe = { do: 'send', command: { type: 'describe', id: 'a', metadata: { consentAt: at } } };
    expect(effects).toEqual([{ do: 'add', photo: chosen('a')[0] }, ...(noted ? [describe] : [])]);
    const details = play(state, { type: 'describe', id: 'a', change: { laterality: 'left' } }).state;
    expect(metadataOf(details, 'a')).toEqual(noted ? { laterality: 'left', consentAt: at } : { laterality: 'left' });
  });

  test('a reload on the question asks it again, and then shows the screen with the photos', () => {
    const session = { ...grant, consent: 'ask' as const };
    const { state } = play(
      initialState,
      boot({ session, screen: 'capture' }),
      snap([photo('a', { state: 'sending' })]),
    );
    expect(state.screen).toBe('consent');
    expect(play(state, { type: 'consented', answer: 'skipped', at: '2026-03-01T09:00:00Z' }).state.screen).toBe(
      'uploading',
    );
  });
});

describe('choosing', () => {
  test('chosen photos are sent to the engine and shown in Review', () => {
    const { state, effects } = play(capturing, { type: 'chosen', photos: chosen('a', 'b') });
    expect(state.screen).toBe('review');
    expect(effects).toEqual(chosen('a', 'b').map((one) => ({ do: 'add', photo: one })));
    expect(ids(play(state, snap([photo('a', { state: 'compressing' })])).state)).toEqual(['a', 'b']);
  });

  test('photos beyond the limit are refused with a message', () => {
    const nearly = { ...capturing, snapshot: snapshot([], { imageCount: 18 }) };
    const { state, effects } = play(nearly, { type: 'chosen', photos: chosen('a', 'b', 'c') });
    expect(ids(state)).toEqual(['a', 'b']);
    expect(state.notice).toEqual({ kind: 'too-many', added: 2, offered: 3 });
    expect(effects.at(-1)).toEqual({ do: 'release', id: 'c' });
    expect(room(state)).toEqual({ used: 20, max: 20, left: 0, tight: true });
    expect(play(state, { type: 'chosen', photos: chosen('d') }).state.notice).toMatchObject({ added: 0 });
  });

  test('a file that is not a photo does not count towards the limit', () => {
    const broken = photo('a', { state: 'failed', problem: { code: 'not_an_image', retryable: false } });
    expect(room(play(capturing, snap([broken, photo('b')])).state).used).toBe(1);
  });

  test('the camera in the page stays open after each photo, and closing it leads to Review', () => {
    const shooting = play(capturing, { type: 'open', sheet: 'camera' }, { type: 'chosen', photos: chosen('a') }).state;
    expect(shooting).toMatchObject({ screen: 'capture', sheet: 'camera' });
    expect(play(shooting, { type: 'close' }).state).toMatchObject({ screen: 'review', sheet: null });
  });
});

describe('deleting', () => {
  test('a deletion can be undone', () => {
    const gone = play(reviewing('a', 'b'), { type: 'delete', id: 'a' });
    expect(ids(gone.state)).toEqual(['b']);
    expect(gone.effects).toEqual([]);
    expect(ids(play(gone.state, { type: 'undo' }).state)).toEqual(['a', 'b']);
  });

  test.each<[string, Event]>([
    ['time', { type: 'undo-lapsed' }],
    ['another deletion', { type: 'delete', id: 'b' }],
    ['Upload', { type: 'upload' }],
  ])('%s makes it final', (_, event) => {
    const { effects } = play(reviewing('a', 'b', 'c'), { type: 'delete', id: 'a' }, event);
    expect(effects.slice(0, 2)).toEqual([
      { do: 'send', command: { type: 'remove', id: 'a' } },
      { do: 'release', id: 'a' },
    ]);
  });

  const batch = (change: Partial<PhotoSnapshot>, phase: Snapshot['phase'] = 'uploading'): State =>
    play(
      reviewing('a', 'b'),
      { type: 'upload' },
      snap([photo('a', change), photo('b', { state: 'queued' })], { phase }),
      { type: 'back' },
    ).state;
  const command = (type: 'cancel' | 'retry') => ({ do: 'send', command: { type, id: 'a' } });
  const problem = { code: 'network', retryable: true } as const;

  test.each<[string, State, boolean]>([
    ['is queued', batch({ state: 'queued' }), true],
    ['is being signed', batch({ state: 'signing' }), true],
    ['is being sent', batch({ state: 'sending' }), true],
    ['is being confirmed', batch({ state: 'confirming' }), true],
    ['is prepared to be sent', batch({ state: 'compressing' }), true],
    ['is tried again by itself', batch({ state: 'failed', problem, retryAt: '2026-03-01T09:00:00Z' }), true],
    ['has failed', batch({ state: 'failed', problem }), false],
    ['was cancelled', batch({ state: 'cancelled' }), false],
    ['is prepared', play(reviewing('a', 'b'), snap([photo('a', { state: 'compressing' }), photo('b')])).state, false],
    ['was not sent', reviewing('a', 'b'), false],
  ])('a photo that %s is stopped only if it would be sent', (_, from, stops) => {
    const gone = play(from, { type: 'delete', id: 'a' });
    expect(gone.effects).toEqual(stops ? [command('cancel')] : []);
    expect(play(gone.state, { type: 'undo' }).effects).toEqual(stops ? [command('retry')] : []);
  });

  test('undo does not end a pause', () => {
    const gone = play(batch({ state: 'queued' }, 'paused'), { type: 'delete', id: 'a' }).state;
    const pause = { do: 'send', command: { type: 'pause' } };
    expect(play(gone, { type: 'undo' }).effects).toEqual([command('retry'), pause]);
  });

  test.each<[string, Event[], PhotoSnapshot['state'], boolean]>([
    ['arrived before the time to undo was over', [], 'confirmed', true],
    ['arrived after it', [{ type: 'undo-lapsed' }], 'confirmed', true],
    ['was stopped', [], 'cancelled', false],
    ['is still being confirmed', [], 'confirming', false],
  ])('a deleted photo that %s is shown again only if it arrived', (_, events, now, isShown) => {
    const gone = play(batch({ state: 'confirming' }), { type: 'delete', id: 'a' }, ...events).state;
    const a = photo('a', { state: now, ...(now === 'confirmed' && { confirmedAt: '2026-03-01T09:00:00Z' }) });
    const { state } = play(gone, snap([a, photo('b', { state: 'queued' })], { phase: 'uploading' }));
    expect(photos(state).map(({ id }) => id)).toEqual(isShown ? ['a', 'b'] : ['b']);
    expect(state.notice).toEqual(isShown ? { kind: 'arrived', count: 1 } : null);
    expect(state.undo).toEqual(isShown ? null : gone.undo);
    expect(state.removed).toEqual(isShown ? [] : ['a']);
  });

  test('deleting the last photo leads to Capture, and its undo to Review', () => {
    const gone = play(reviewing('a'), { type: 'delete', id: 'a' }).state;
    expect(gone.screen).toBe('capture');
    expect(play(gone, { type: 'undo' }).state.screen).toBe('review');
  });

  test('after the current photo is deleted, its neighbour is current', () => {
    const state = play(reviewing('a', 'b', 'c'), { type: 'tag', id: 'c' }, { type: 'delete', id: 'c' }).state;
    expect(state).toMatchObject({ screen: 'metadata', current: 'b' });
  });
});

describe('describing', () => {
  const tagging = play(reviewing('a', 'b', 'c'), { type: 'tag' }).state;

  test('starts at the first photo without details', () => {
    expect(tagging.current).toBe('a');
    const { state } = play(
      tagging,
      { type: 'describe', id: 'a', change: { laterality: 'left' } },
      { type: 'back' },
      { type: 'tag' },
    );
    expect(state.current).toBe('b');
  });

  test.each<[string, Metadata, Extract<Event, { type: 'describe' }>['change'], Metadata]>([
    ['sets', {}, { laterality: 'left', bodySite: 'hand' }, { laterality: 'left', bodySite: 'hand' }],
    ['clears', { laterality: 'left', view: 'overview' }, { laterality: null }, { view: 'overview' }],
    ['an empty note removes the field', { notes: 'x' }, { notes: '' }, {}],
    [
      'a site without sides sets the side',
      { laterality: 'left' },
      { bodySite: 'nose' },
      { bodySite: 'nose', laterality: 'na' },
    ],
    ['… and takes its answer back', { bodySite: 'nose', laterality: 'na' }, { bodySite: 'hand' }, { bodySite: 'hand' }],
    [
      'an explicit "no side" is kept',
      { bodySite: 'back', laterality: 'na' },
      { bodySite: 'chest' },
      { bodySite: 'chest', laterality: 'na' },
    ],
    [
      'a side can be chosen for any site',
      { bodySite: 'nose', laterality: 'na' },
      { laterality: 'right' },
      { bodySite: 'nose', laterality: 'right' },
    ],
  ])('%s', (_, before, change, after) => {
    const from = { ...tagging, drafts: { a: before } };
    const { state, effects } = play(from, { type: 'describe', id: 'a', change });
    expect(metadataOf(state, 'a')).toEqual(after);
    expect(effects).toEqual([{ do: 'send', command: { type: 'describe', id: 'a', metadata: after } }]);
  });

  test('notes end at the limit of the session, counted in characters', () => {
    const { state } = play(tagging, { type: 'describe', id: 'a', change: { notes: '👍'.repeat(600) } });
    expect([...(metadataOf(state, 'a').notes ?? '')]).toHaveLength(500);
  });

  test('after a desktop has corrected a photo, its details are shown instead of those entered here', () => {
    const details = play(tagging, { type: 'describe', id: 'a', change: { laterality: 'left' } }).state;
    const stored = photo('a', { state: 'confirmed', metadata: { laterality: 'right' }, correction: 'overruled' });
    expect(metadataOf(play(details, snap([stored])).state, 'a')).toEqual({ laterality: 'right' });
  });

  test('the kind chosen last is preset on the next photo, and can be removed', () => {
    const rash = play(tagging, { type: 'describe', id: 'a', change: { kind: 'rash' } }).state;
    const next = play(rash, { type: 'step', by: 1 });
    expect(next.effects).toEqual([{ do: 'send', command: { type: 'describe', id: 'b', metadata: { kind: 'rash' } } }]);
    const cleared = play(next.state, { type: 'describe', id: 'b', change: { kind: null } }).state;
    expect(play(cleared, { type: 'back' }, { type: 'step', by: 1 })).toMatchObject({
      state: { current: 'b', usualKind: null },
      effects: [],
    });
    expect(metadataOf(cleared, 'b').kind).toBeUndefined();
  });

  test.each<[Extract<Event, { type: 'describe' }>['change'], Metadata]>([
    [{ view: 'dermoscopy' }, { view: 'dermoscopy' }],
    [{ sensitive: true }, { sensitive: true }],
    [{ sensitive: false }, {}],
    [{ label: 'mole\n2\u0007' }, { label: 'mole 2' }],
    [{ label: 'x'.repeat(50) }, { label: 'x'.repeat(40) }],
    [{ label: '' }, {}],
  ])('%j is recorded', (change, details) => {
    expect(metadataOf(play(tagging, { type: 'describe', id: 'a', change }).state, 'a')).toEqual(details);
  });

  test('pasted control characters are removed from notes, and line breaks are kept', () => {
    const { state } = play(tagging, { type: 'describe', id: 'a', change: { notes: 'red\u0000\nitchy\u001b' } });
    expect(metadataOf(state, 'a').notes).toBe('red\nitchy');
  });

  test('the time in the photo is kept when details are entered before or after it is known', () => {
    const details = play(tagging, { type: 'describe', id: 'a', change: { laterality: 'left' } }).state;
    const captured = { local: '2026-03-01T08:59:00', source: 'file' } as const;
    expect(metadataOf(play(details, snap([photo('a', { metadata: { captured } })])).state, 'a')).toEqual({
      laterality: 'left',
      captured,
    });
  });

  test('the time of the shutter is sent to the engine, and is kept when more details are entered', () => {
    const captured = { local: '2026-03-04T08:15:00', offset: '+13:00', source: 'camera' } as const;
    const [shot = { id: '', name: '', size: 0, source: 'camera' }] = chosen('a');
    const taken = play(capturing, { type: 'chosen', photos: [{ ...shot, captured }] });
    expect(taken.effects).toContainEqual({
      do: 'send',
      command: { type: 'describe', id: 'a', metadata: { captured } },
    });
    const file = { local: '2026-03-01T08:59:00', source: 'file' } as const;
    const details = play(taken.state, snap([photo('a', { metadata: { captured: file } })]), {
      type: 'describe',
      id: 'a',
      change: { laterality: 'left' },
    });
    expect(metadataOf(details.state, 'a')).toEqual({ laterality: 'left', captured });
  });

  test('a photo that arrives after the page switched to another patient is released with a notice', () => {
    const photos = chosen('a');
    const other = { ...grant, patientId: 'other', encounterId: 'other' };
    const late = play(capturing, { type: 'chosen', photos, session: other });
    const notice = { kind: 'other-patient', count: 1 };
    expect(late).toEqual({ state: { ...capturing, notice }, effects: [{ do: 'release', id: 'a' }] });
    expect(play(capturing, { type: 'chosen', photos, session: { ...grant } }).state.chosen).toHaveLength(1);
  });

  test('the body site of the nearest earlier photo is copied, but not its notes', () => {
    const first = play(tagging, {
      type: 'describe',
      id: 'a',
      change: { laterality: 'left', bodySite: 'foot', notes: 'n', view: 'overview' },
    }).state;
    expect(metadataOf(play(first, { type: 'copy-previous', id: 'c' }).state, 'c')).toEqual({
      laterality: 'left',
      bodySite: 'foot',
    });
  });

  test('one body site can be set for all photos, and undone', () => {
    const before = play(
      tagging,
      { type: 'describe', id: 'a', change: { laterality: 'left', bodySite: 'foot' } },
      { type: 'describe', id: 'b', change: { laterality: 'right', notes: 'keep' } },
    ).state;
    const all = play(before, { type: 'apply-to-all', id: 'a' });
    expect(metadataOf(all.state, 'b')).toEqual({ laterality: 'left', bodySite: 'foot', notes: 'keep' });
    expect(metadataOf(all.state, 'c')).toEqual({ laterality: 'left', bodySite: 'foot' });
    expect(all.effects).toHaveLength(2);
    const undone = play(all.state, { type: 'undo' }).state;
    expect(metadataOf(undone, 'b')).toEqual({ laterality: 'right', notes: 'keep' });
    expect(metadataOf(undone, 'c')).toEqual({});
  });

  test('next and previous stop at the first and last photo', () => {
    const last = play(tagging, { type: 'step', by: 1 }, { type: 'step', by: 1 }, { type: 'step', by: 1 }).state;
    expect(last.current).toBe('c');
    expect(play(last, { type: 'back' }).state).toMatchObject({ screen: 'metadata', current: 'b' });
    expect(play(tagging, { type: 'back' }).state.screen).toBe('review');
  });
});

describe('sending', () => {
  const sending = play(reviewing('a', 'b'), { type: 'upload' });

  test('Send sends every photo that can be sent', () => {
    expect(sending.effects).toEqual([{ do: 'send', command: { type: 'upload', ids: ['a', 'b'] } }]);
    expect(sending.state).toMatchObject({ screen: 'uploading', batch: ['a', 'b'] });
  });

  test('photos that were stopped are retried, but not files that are no photos', () => {
    const from = play(
      capturing,
      snap([
        photo('a', { state: 'cancelled' }),
        photo('b', { state: 'failed', problem: { code: 'network', retryable: true } }),
        photo('c', { state: 'failed', problem: { code: 'not_an_image', retryable: false } }),
      ]),
    ).state;
    const { state, effects } = play(from, { type: 'upload' });
    expect(state.batch).toEqual(['a', 'b']);
    expect(effects.slice(1)).toEqual(['a', 'b'].map((id) => ({ do: 'send', command: { type: 'retry', id } })));
  });

  test('without photos to send there is a message and no upload', () => {
    expect(play(capturing, { type: 'upload' })).toMatchObject({
      state: { screen: 'capture', notice: { kind: 'nothing-to-send' } },
      effects: [],
    });
  });

  const at = (n: number) => `2026-03-01T09:00:0${n}Z`;
  const done = (id: string, n: number, more = {}) => photo(id, { state: 'confirmed', confirmedAt: at(n), ...more });

  test('the receipt lists what the edge confirmed, once every photo is confirmed or cancelled', () => {
    const half = play(
      sending.state,
      snap([done('a', 2), photo('b', { state: 'sending' })], { phase: 'uploading' }),
    ).state;
    expect(half.screen).toBe('uploading');
    const full = play(
      half,
      snap([done('a', 2), done('b', 1, { source: 'gallery' })], { phase: 'done', imageCount: 2 }),
    ).state;
    expect(full).toMatchObject({ screen: 'success', receipt: { count: 2, at: at(2), gallery: true }, batch: [] });
    expect(room(full).used).toBe(2);
  });

  test('details can be added during the upload, until the last photo has arrived', () => {
    const adding = play(sending.state, { type: 'back' }, { type: 'tag' }).state;
    const half = play(adding, snap([done('a', 1), photo('b', { state: 'sending' })], { phase: 'uploading' })).state;
    expect(half.screen).toBe('metadata');
    const full = play(half, snap([done('a', 1), done('b', 2)], { phase: 'done' })).state;
    expect(full).toMatchObject({ screen: 'success', receipt: { count: 2 } });
  });

  test('a cancelled photo is not in the receipt', () => {
    const { state } = play(sending.state, snap([done('a', 1), photo('b', { state: 'cancelled' })], { phase: 'done' }));
    expect(state).toMatchObject({ screen: 'success', receipt: { count: 1 } });
    expect(ids(state)).toEqual(['b']);
  });

  test('a paused batch resumes where it stopped', () => {
    const { state } = play(sending.state, snap([done('a', 1), photo('b')], { phase: 'paused' }), { type: 'upload' });
    expect(state).toMatchObject({ screen: 'uploading', batch: ['a', 'b'] });
    expect(play(state, snap([done('a', 1), done('b', 2)])).state.receipt).toMatchObject({ count: 2, at: at(2) });
  });

  test('after all photos were cancelled, Review is shown without a receipt', () => {
    const { state } = play(
      sending.state,
      snap([photo('a', { state: 'cancelled' }), photo('b', { state: 'cancelled' })]),
    );
    expect(state).toMatchObject({ screen: 'review', receipt: null, batch: [] });
  });

  test('the upload screen stays until a failed photo is sent or deleted', () => {
    const failed = photo('b', { state: 'failed', problem: { code: 'too_large', retryable: false } });
    const stuck = play(sending.state, snap([done('a', 1), failed])).state;
    expect(stuck.screen).toBe('uploading');
    expect(play(stuck, { type: 'delete', id: 'b' }).state).toMatchObject({ screen: 'success', receipt: { count: 1 } });
  });

  test('photos confirmed before a reload still count', () => {
    const saved: Saved = { session: grant, screen: 'uploading', batch: ['a', 'b'], confirmed: { a: at(1) } };
    const { state } = play(initialState, boot(saved), snap([photo('b', { state: 'sending' })]), snap([done('b', 3)]));
    expect(state).toMatchObject({ screen: 'success', receipt: { count: 2, at: at(3) } });
  });

  test('the end of the session is an error that lists the photos that arrived', () => {
    const { state } = play(
      sending.state,
      snap([photo('a'), photo('b')], {
        phase: 'stopped',
        problem: { code: 'session_expired', retryable: false },
      }),
    );
    expect(state).toMatchObject({ screen: 'error', trouble: { code: 'session_expired', retryable: false } });
    expect(ids(state)).toEqual(['a', 'b']);
  });

  test('after the receipt, the end of the session is no error', () => {
    const { state } = play(sending.state, snap([done('a', 1), done('b', 1)]), snap([], { phase: 'stopped' }));
    expect(state.screen).toBe('success');
  });

  test('Done erases everything', () => {
    const { state, effects } = play(sending.state, snap([done('a', 1), done('b', 1)]), { type: 'finish' });
    expect(state.closed).toBe('done');
    expect(effects).toEqual([{ do: 'send', command: { type: 'forget' } }, { do: 'release-all' }, { do: 'erase' }]);
    expect(play(state, { type: 'back' }).state.screen).toBe('success');
  });
});

describe('trouble', () => {
  test('a failed exchange is repeated with the same code', () => {
    const refused = play(initialState, boot({}, { token: 'qr' }), {
      type: 'refused',
      token: 'qr',
      trouble: { code: 'network', retryable: true },
    }).state;
    expect(refused.screen).toBe('error');
    expect(play(refused, { type: 'try-again' })).toMatchObject({
      state: { screen: 'loading' },
      effects: [{ do: 'exchange', token: 'qr' }],
    });
  });

  test.each(['engine_failed', 'engine_stopped', 'engine_unsupported'] as const)(
    '%s: what was chosen is kept, and trying again starts the engine',
    (code) => {
      const broken = play(reviewing('a'), { type: 'chosen', photos: chosen('b') }, { type: 'engine-failed', code });
      expect(broken.state).toMatchObject({ screen: 'error', trouble: { code } });
      expect(ids(broken.state)).toEqual(['a', 'b']);
      expect(play(broken.state, { type: 'try-again' })).toMatchObject({
        state: { screen: 'review' },
        effects: [{ do: 'start' }],
      });
    },
  );

  test.each<[string, Event]>([
    ['a scanned code', boot({}, { token: 'qr', supported: false })],
    ['a session of this tab', boot({ session: grant, screen: 'capture' }, { supported: false })],
    ['no code', boot({}, { supported: false })],
  ])('a browser that cannot run the engine explains it before anything else happens: %s', (_, event) => {
    const { state, effects } = play(initialState, event);
    expect(effects, 'the phone does not appear on the desktop').toEqual([]);
    expect(state).toMatchObject({ screen: 'error', trouble: { code: 'engine_unsupported' } });
    expect(play(state, { type: 'link', token: 'qr2' })).toMatchObject({ state: { token: 'qr2' }, effects: [] });
    expect(play(state, { type: 'try-again' }).effects).toEqual([{ do: 'reload' }]);
  });

  test('another code of the same encounter reopens the session with the photos on the phone', () => {
    const ended = play(
      reviewing('a'),
      snap([photo('a')], { phase: 'stopped', problem: { code: 'session_expired', retryable: false } }),
    ).state;
    const session = { ...grant, uploadToken: 'new' };
    const { state, effects } = play(ended, { type: 'link', token: 'qr2' }, { type: 'granted', token: 'qr2', session });
    expect(state).toMatchObject({ screen: 'review', trouble: null, session });
    expect(effects).toEqual([{ do: 'start', session }]);
    expect(photos(state)).toHaveLength(1);
  });

  const other = { ...grant, encounterId: 'enc-1002', phoneId: 'ph-2', patientLabel: '' };

  const opened = (session: Grant): Event[] => [
    { type: 'link', token: 'qr2' },
    { type: 'granted', token: 'qr2', session },
  ];

  test.each<[string, Partial<Grant>]>([
    ['encounter', { encounterId: 'enc-1002' }],
    ['facility', { facilityId: 'fac-002' }],
    ['patient', { patientId: 'pat-2002' }],
  ])("another %s's code opens another patient, from the initial state", (_, change) => {
    const session = { ...grant, ...change };
    const before: State = {
      ...capturing,
      consent: { answer: 'given', at: '2026-03-01T09:00:00Z' },
      drafts: { a: { notes: 'of the first patient' } },
      pictures: { a: { thumb: 'blob:a' } },
    };
    const { state, effects } = play(before, ...opened(session));
    expect(effects).toEqual([{ do: 'release-all' }, { do: 'start', session }]);
    expect(state).toEqual({ ...initialState, session, engine: 'ready', screen: 'capture' });
  });

  test('another patient also starts from the initial state after the engine failed', () => {
    const before = play(
      { ...capturing, consent: { answer: 'given', at: '2026-03-01T09:00:00Z' } },
      { type: 'engine-failed', code: 'engine_failed' },
    ).state;
    const { state } = play(before, ...opened(other));
    expect(state).toEqual({ ...initialState, session: other, engine: 'starting', screen: 'capture' });
  });

  test('unsent photos are kept, and both patients can be opened', () => {
    const asked = play(reviewing('a'), ...opened(other));
    expect(asked).toMatchObject({
      state: { screen: 'error', trouble: { code: 'other_patient' }, session: grant, offered: other },
      effects: [],
    });
    const stayed = play(asked.state, { type: 'back' });
    expect(stayed.state).toMatchObject({ screen: 'review', session: grant, offered: null, trouble: null });

    const gone = play(asked.state, { type: 'switch' });
    expect(gone.effects, 'nothing is forgotten').toEqual([{ do: 'release-all' }, { do: 'start', session: other }]);
    expect(gone.state).toMatchObject({ session: other, parked: [{ session: grant }] });

    const back = play(gone.state, { type: 'return', session: grant });
    expect(back.effects).toEqual([{ do: 'release-all' }, { do: 'start', session: grant }]);
    expect(play(back.state, snap([photo('a')])).state).toMatchObject({ screen: 'review', session: grant });
  });

  test('before the engine has reported, the session is parked, because it may have photos', () => {
    const started = play(initialState, boot({ session: grant, screen: 'review' })).state;
    const { state, effects } = play(started, ...opened(other));
    expect(effects).toEqual([{ do: 'release-all' }, { do: 'start', session: other }]);
    expect(state.parked.map(({ session }) => session)).toEqual([grant]);
  });

  test('a parked session is dropped after its last photo has arrived, but not before the first report', () => {
    const left = play(reviewing('a'), ...opened(other), { type: 'switch' }).state;
    const waiting = [{ session: '', photos: 1, expiresAt: '2026-03-01T21:00:00Z', phoneId: grant.phoneId }];
    const parkedAfter = (...events: Event[]) => play(left, ...events).state.parked.length;
    const none = snap([], { phoneId: other.phoneId });
    const some = snap([], { phoneId: other.phoneId, waiting });
    const theirs = waiting.map((one) => ({ ...one, phoneId: 'ph-9' }));
    const others = snap([], { phoneId: other.phoneId, waiting: theirs });
    expect(parkedAfter(none)).toBe(1);
    expect(parkedAfter(some)).toBe(1);
    expect(parkedAfter(some, none)).toBe(0);
    expect(parkedAfter(some, others), 'of another patient, perhaps with the same label').toBe(0);
    expect(parkedAfter(some, { type: 'engine-ready' }, none)).toBe(1);
  });

  test('a pending deletion is sent before the page switches to another patient', () => {
    const { effects } = play(reviewing('a'), { type: 'delete', id: 'a' }, ...opened(other));
    expect(effects[0]).toEqual({ do: 'send', command: { type: 'remove', id: 'a' } });
  });

  test('a late response to an abandoned code changes nothing', () => {
    const waiting = play(reviewing('a'), { type: 'link', token: 'qr2' }).state;
    const back = play(waiting, { type: 'back' }).state;
    expect(back).toMatchObject({ screen: 'review', session: grant });
    const replies: Event[] = [
      { type: 'granted', token: 'qr2', session: other },
      { type: 'refused', token: 'qr2', trouble: { code: 'token_invalid', retryable: false } },
    ];
    for (const answer of replies) expect(play(back, answer)).toEqual({ state: back, effects: [] });
    const newer = play(waiting, { type: 'link', token: 'qr3' }).state;
    for (const answer of replies) expect(play(newer, answer)).toEqual({ state: newer, effects: [] });
  });

  test('a reload while another code is exchanged repeats that, and keeps the open session', () => {
    const saved = savedOf(play(capturing, { type: 'link', token: 'qr2' }).state);
    const again = play(initialState, boot(saved));
    expect(again.state).toMatchObject({ screen: 'loading', token: 'qr2', session: grant });
    expect(again.effects).toEqual([
      { do: 'start', session: grant },
      { do: 'exchange', token: 'qr2' },
    ]);
    expect(play(again.state, snap([photo('a')])).state.screen, 'the first patient does not come up').toBe('loading');
  });

  test('after Done with one patient, a reload opens the patient whose photos wait', () => {
    const left = play(reviewing('a'), ...opened(other), { type: 'switch' }, { type: 'finish' }).state;
    const { state, effects } = play(initialState, boot(savedOf(left)));
    expect(state).toMatchObject({ session: grant, parked: [] });
    expect(effects).toEqual([{ do: 'start', session: grant }]);
  });

  test('at its time limit, everything of the session is erased', () => {
    const { state, effects } = play(reviewing('a'), snap([], { phase: 'stopped', erased: true }));
    expect(state).toMatchObject({ screen: 'success', closed: 'over', drafts: {}, pictures: {}, chosen: [] });
    expect(effects).toEqual(expect.arrayContaining([{ do: 'release-all' }, { do: 'erase' }]));
    expect(savedOf(state)).toEqual({});
  });

  test('an invalid code does not end the open session', () => {
    const refused = play(
      reviewing('a'),
      { type: 'link', token: 'old' },
      { type: 'refused', token: 'old', trouble: { code: 'token_invalid', retryable: false } },
    ).state;
    expect(refused.screen).toBe('error');
    expect(play(refused, { type: 'back' }).state).toMatchObject({ screen: 'review', token: null, trouble: null });
  });
});

describe('a decoder that a photo waits for', () => {
  const waiting = play(reviewing('a'), snap([photo('a', { state: 'compressing' })]), {
    type: 'decoder-loading',
    share: 0.4,
  }).state;

  test.each<[string, Event, number | null]>([
    ['is shown while it loads', snap([photo('a', { state: 'compressing' })]), 0.4],
    ['is loaded', { type: 'decoder-loading', share: 1 }, null],
    ['is no longer shown after the photo failed', snap([photo('a', { state: 'failed' })]), null],
  ])('%s', (_, event, decoder) => {
    expect(play(waiting, event).state.decoder).toBe(decoder);
  });
});

describe('back', () => {
  test.each<[string, State, Partial<State>]>([
    [
      'an open sheet closes first',
      play(reviewing('a'), { type: 'open', sheet: 'photo', id: 'a' }).state,
      { screen: 'review', sheet: null },
    ],
    ['Review to Capture', reviewing('a'), { screen: 'capture' }],
    [
      'Uploading to Review; sending continues',
      play(reviewing('a'), { type: 'upload' }).state,
      { screen: 'review', batch: ['a'] },
    ],
    ['Capture stays', capturing, { screen: 'capture' }],
  ])('%s', (_, from, to) => {
    const { state, effects } = play(from, { type: 'back' });
    expect(state).toMatchObject(to);
    expect(effects).toEqual([]);
  });
});
