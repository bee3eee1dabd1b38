/** Opens the session, and ends it: on purpose, by expiry, or by a failure. */

import type { DesktopAccess } from '../../api/desktop';
import type { CreateResponse, EventName } from '../../contract/api';
import { detach, emptyAlbum } from './album';
import { OVER, type SessionProblem } from './api';
import { removeAllForGood, tell } from './editing';
import { backOff, forgetTag, isListed, poll, refresh, schedule } from './listing';
import {
  after,
  emptyListing,
  initialState,
  isSameEncounter,
  only,
  timestamp,
  withServerTime,
  type Failure,
  type Session,
  type State,
  type Step,
} from './model';
import { emptyOutbox, mergeOutboxes, type Outbox } from './outbox';

/** A photo that arrives sooner than this is fetched without the list that would have announced it. */
const EXPECTED_MS = 2_000;

/** Opens the session, for the first time or again. The photos that stay are still of this patient. */
export function open(state: State): Step {
  return after(
    release(state),
    (now) => only({ ...initialState(now.screen, now.committed, now.notKept), ...ofPatient(now) }),
    request,
  );
}

/** What outlives a session. */
function ofPatient(state: State) {
  const { now, offset, opening, former, encounter, clinician, phoneNames } = state;
  const { album, outbox, sentCorrections, timeline, adding, added } = state;
  const { delivering, attempted, late, lateSent, tooLate } = state;
  const who = { now, offset, opening, former, encounter, clinician, phoneNames };
  const record = { delivering, attempted, late, lateSent, tooLate };
  return { ...who, ...record, album, outbox, sentCorrections, timeline, adding, added };
}

function request(state: State): Step {
  const opening = state.opening + 1;
  return [{ ...state, opening }, [{ do: 'open', opening }]];
}

export function opened(state: State, session: Session, inherited: Outbox): Step {
  const { access, created, encounter } = session;
  if (state.encounter && !isSameEncounter(state.encounter, encounter)) {
    return [state, [{ do: 'replace', session: { access, created, encounter } }]];
  }
  const next: State = {
    ...withServerTime(state, created.sentAt),
    status: 'open',
    access,
    encounter,
    clinician: created.clinician ?? null,
    storageOrigin: created.storageOrigin,
    maxImages: created.maxImages,
    // An edge of an earlier version does not say so.
    limits: created.limits ?? state.limits,
    consent: created.consent ?? 'off',
    engineOrigin: new URL(created.mobileUrl).origin,
    sessionExpiresAt: created.sessionExpiresAt,
    list: emptyListing,
    guideSetAfter: 0,
    outbox: mergeOutboxes(inherited, state.outbox),
    problem: null,
  };
  return after(
    only(tell(withCode(next, created), { at: timestamp(next), what: 'opened' })),
    (now) => [now, [{ do: 'listen', opening: now.opening, access }]],
    refresh,
  );
}

export function withCode(state: State, { mobileUrl, typedCode, tokenExpiresAt }: CreateResponse): State {
  return { ...state, qr: { url: mobileUrl, typedCode, expiresAt: tokenExpiresAt } };
}

/**
 * Gets a fresh code. Only the newest code of an encounter works, and another desktop may have made one since: the code
 * that is known here is not shown again.
 */
export function showCode(state: State, fresh: boolean): Step {
  const { access, opening } = state;
  if (!access) return only(state);
  return [{ ...state, qr: fresh ? state.qr : null, codeWanted: false }, [{ do: 'renew-code', opening, access }]];
}

/** The code is asked for again when the edge can be reached. */
export function codeFailed(state: State, failure: Failure): Step {
  return fail({ ...state, codeWanted: true }, failure);
}

export function renewWanted(state: State): Step {
  return state.codeWanted ? showCode(state, true) : only(state);
}

/** Realtime says that something changed. */
export function heard(state: State, name: EventName, revision: number | undefined): Step {
  if (name === 'image-uploaded' || name === 'images-expected') {
    if (isListed(state, revision)) return only(state);
    return after([state, [{ do: 'preconnect', origin: state.storageOrigin }]], (now) =>
      name === 'images-expected' ? expect(now) : refreshWhole(now, revision),
    );
  }
  return refreshWhole(state, revision);
}

/** Without a tag: something changed, and Chromium asks for a preflight before each conditional call. */
function refreshWhole(state: State, revision: number | undefined): Step {
  return refresh(forgetTag(state), revision);
}

/** Shows at once that photos are on their way. The list names them, if they are not there before it is fetched. */
function expect(state: State): Step {
  const expecting: State = forgetTag({ ...state, expecting: true });
  return state.list.fetching ? refresh(expecting) : schedule(expecting, EXPECTED_MS);
}

export function live(state: State): Step {
  return refresh({ ...state, connection: 'live' });
}

export function down(state: State): Step {
  return poll({ ...state, connection: 'polling' });
}

export function pollDue(state: State): Step {
  return state.access ? refresh(state) : request(state);
}

/** A passing failure is tried again; a session that is over is reported as over. */
export function fail(state: State, { code, detail, retryable, ended }: Failure): Step {
  const problem: SessionProblem = { code, detail };
  if (state.access && code === 'unauthorized' && !state.renewed) {
    return after(
      release({ ...state, renewed: true }),
      (now) => only({ ...now, album: detach(now.album, now.committed) }),
      request,
    );
  }
  if (state.access && OVER.has(code)) {
    if (state.repeatingEnd || state.ending?.step === 'calling') return only(state); // the response to the end decides
    return ended ? repeatEnd(state, state.access) : over(state, problem, false);
  }
  if (state.access || retryable) return backOff({ ...state, problem });
  return only({ ...state, status: 'failed', problem });
}

/** A desktop ended the session. Ending it again completes an end of which the edge did only half. */
function repeatEnd(state: State, access: DesktopAccess): Step {
  const { opening, list } = state;
  return [{ ...state, repeatingEnd: true }, [{ do: 'end', opening, access, revision: list.revision, force: false }]];
}

/** The session is over. What is not in the record yet stays, unless everything is to be forgotten. */
export function over(state: State, problem: SessionProblem | null, forget: boolean): Step {
  const at = timestamp(state);
  return after(
    release(state),
    (now) => only(tell(closed(now, problem, forget), { at, what: 'ended' })),
    (now) => [now, forget ? [{ do: 'drop-added' }] : []],
  );
}

function closed(state: State, problem: SessionProblem | null, forget: boolean): State {
  return {
    ...state,
    album: forget ? emptyAlbum : detach(state.album, state.committed),
    outbox: forget ? emptyOutbox : state.outbox,
    late: forget ? new Map() : state.late,
    adding: forget ? [] : state.adding,
    ending: null,
    status: 'ended',
    connection: 'connecting',
    problem: forget ? null : problem,
    qr: null,
    codeWanted: false,
    phoneConnectedAt: null,
    phones: [],
    admission: 'none',
    guide: null,
    list: emptyListing,
  };
}

/** Ends what runs; the photos stay until they are replaced. */
export function release(state: State): Step {
  return after([state, [{ do: 'stop', timer: 'poll' }, { do: 'stop-listening' }]], removeAllForGood, (now) =>
    only({
      ...now,
      opening: now.opening + 1,
      access: null,
      former: now.access ?? now.former,
      album: { ...now.album, loading: new Set() },
      expected: [],
      expecting: false,
      // The responses to these calls will be ignored.
      repeatingEnd: false,
      admission: 'none',
      guide: now.guide?.state === 'sending' ? null : now.guide,
      // The end is asked for again once the session is open again.
      ending: now.ending && { ...now.ending, step: 'checking', after: 0, question: null },
      list: { ...now.list, etag: null, fetching: false, awaited: 0 },
    }),
  );
}
