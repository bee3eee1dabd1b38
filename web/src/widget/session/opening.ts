/** Opens the session, and ends it: on purpose, by expiry, or by a failure. */

import type { CreateResponse, EventName } from '../../contract/api';
import { detach, emptyAlbum } from './album';
import { OVER, type SessionProblem } from './api';
import { removeAllForGood, tell } from './editing';
import { backOff, forgetTag, isListed, refresh, schedule } from './listing';
import {
  after,
  emptyListing,
  initialState,
  only,
  POLL_MS,
  timestamp,
  type Failure,
  type Opened,
  type State,
  type Step,
} from './model';
import { emptyOutbox, mergeOutboxes } from './outbox';

/** A QR code that lapses sooner than this is renewed before it is shown. */
const QR_MARGIN_MS = 60_000;

/** Opens the session, for the first time or again. The photos that stay are still of this patient. */
export function open(state: State): Step {
  return after(
    release(state),
    ({ opening, encounter, album, outbox, committed, committing, timeline }) =>
      only({ ...initialState(committed), opening, encounter, album, outbox, committing, timeline }),
    request,
  );
}

function request(state: State): Step {
  const opening = state.opening + 1;
  return [{ ...state, opening }, [{ do: 'open', opening }]];
}

export function opened(state: State, { access, created, encounter, inherited }: Opened, at: number): Step {
  if (state.encounter && state.encounter.encounterId !== encounter.encounterId)
    return [state, [{ do: 'replace', opened: { access, created, encounter, inherited } }]];
  const next: State = {
    ...state,
    status: 'open',
    access,
    encounter,
    storageOrigin: created.storageOrigin,
    maxImages: created.maxImages,
    sessionExpiresAt: created.sessionExpiresAt,
    list: emptyListing,
    outbox: mergeOutboxes(inherited, state.outbox),
    problem: null,
  };
  return after(
    only(tell(withCode(next, created), { at: timestamp(at), what: 'opened' })),
    (now) => [now, [{ do: 'listen', opening: now.opening, access }]],
    refresh,
  );
}

export function withCode(state: State, { mobileUrl, typedCode, tokenExpiresAt }: CreateResponse): State {
  return { ...state, qr: { url: mobileUrl, typedCode, expiresAt: tokenExpiresAt } };
}

/** Makes sure that there is a code with time left on it, or a fresh one. */
export function showCode(state: State, fresh: boolean, at: number): Step {
  const { access, opening, qr } = state;
  if (!access || (!fresh && qr && Date.parse(qr.expiresAt) - at > QR_MARGIN_MS)) return only(state);
  return [state, [{ do: 'renew-code', opening, access }]];
}

/** Realtime says that something changed. */
export function heard(state: State, name: EventName, revision: number | undefined): Step {
  if (name === 'image-uploaded' && isListed(state, revision)) return only(state);
  // Without a tag: something changed, and Chromium asks for a preflight before each conditional call.
  const changed = forgetTag(name === 'session-ended' ? { ...state, endedByHand: true } : state);
  return after([changed, name === 'image-uploaded' ? [{ do: 'preconnect', origin: state.storageOrigin }] : []], (now) =>
    refresh(now, revision),
  );
}

export function live(state: State): Step {
  return refresh({ ...state, connection: 'live' });
}

export function down(state: State): Step {
  return schedule({ ...state, connection: 'polling' }, POLL_MS);
}

export function pollDue(state: State): Step {
  return state.access ? refresh(state) : request(state);
}

/** A passing failure is tried again; a session that is over is said to be. */
export function fail(state: State, { code, detail, retryable }: Failure, at: number): Step {
  const problem: SessionProblem = { code, detail };
  if (state.access && code === 'unauthorized' && !state.renewed) {
    return after(
      release({ ...state, renewed: true }),
      (now) => only({ ...now, album: detach(now.album, now.committed) }),
      request,
    );
  }
  if (state.access && OVER.has(code)) return over(state, problem, state.endedByHand, at);
  if (state.access || retryable) return backOff({ ...state, problem });
  return only({ ...state, status: 'failed', problem });
}

/** The session is over. What is not in the record yet stays, unless everything is to be forgotten. */
export function over(state: State, problem: SessionProblem | null, forget: boolean, at: number): Step {
  return after(release(state), (now) =>
    only(
      tell(
        {
          ...now,
          album: forget ? emptyAlbum : detach(now.album, now.committed),
          outbox: forget ? emptyOutbox : now.outbox,
          endedByHand: false,
          status: 'ended',
          connection: 'connecting',
          problem: forget ? null : problem,
          qr: null,
          phoneConnectedAt: null,
          list: emptyListing,
        },
        { at: timestamp(at), what: 'ended' },
      ),
    ),
  );
}

/** Ends what runs; the photos stay until they are replaced. */
export function release(state: State): Step {
  return after([state, [{ do: 'stop', timer: 'poll' }, { do: 'stop-listening' }]], removeAllForGood, (now) =>
    only({
      ...now,
      opening: now.opening + 1,
      access: null,
      album: { ...now.album, loading: new Set() },
      list: { ...now.list, etag: null, fetching: false, awaited: 0 },
    }),
  );
}
