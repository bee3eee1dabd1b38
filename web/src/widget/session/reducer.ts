/**
 * The session as one pure function: a state and an event give the next state and
 * the effects to carry out.
 */

import { emptyAlbum, takeImage } from './album';
import { OVER } from './api';
import { commit, delivered, noted } from './committing';
import { checkEnd, endFailed, end } from './ending';
import {
  correct,
  derive,
  noteExport,
  remove,
  showAdding,
  removeAllForGood,
  removeForGood,
  restore,
  withAlbum,
} from './editing';
import { finishFetching, forgetTag, listed, loaded, loadFailed, refresh } from './listing';
import {
  after,
  only,
  withServerTime,
  type Act,
  type Due,
  type Effect,
  type Event,
  type Failure,
  type Reply,
  type Stamped,
  type State,
  type Step,
} from './model';
import {
  down,
  fail,
  heard,
  live,
  open,
  opened,
  over,
  pollDue,
  showCode,
  withCode,
  codeFailed,
  renewWanted,
} from './opening';
import {
  confirmRemoval,
  dropChanges,
  emptyOutbox,
  giveUp,
  isPending,
  markSent,
  pending,
  settleCorrection,
  type Outbox,
} from './outbox';
import { countLate, rest, send, sendAll, sendLast } from './sending';
import { add } from './sets';

export function reduce(before: State, event: Event): Step {
  const [next, effects] = take(atTheTime(before, event), event);
  return [next, [...freed(before, next), ...effects]];
}

/** The longest pause that the edge may ask for, because a clinician is waiting. */
const MAX_QUIET_MS = 300_000;

/** Returns the state at the time of an event. Setting the clock back must not make the pause longer. */
function atTheTime(state: State, event: Event): State {
  const { at } = event;
  const asked = 'failure' in event && event.failure.retryAfterMs > 0 ? at + event.failure.retryAfterMs : 0;
  return { ...state, now: at, quietUntil: Math.min(Math.max(state.quietUntil, asked), at + MAX_QUIET_MS) };
}

function take(state: State, event: Event): Step {
  if ('opening' in event && event.opening !== state.opening) return stale(state, event);
  if (state.closed) return leftover(state, event);
  return 'opening' in event ? reply(state, event) : act(state, event);
}

/** Handles the actions of people, and timers. */
function act(state: State, event: Stamped<Act | Due>): Step {
  switch (event.type) {
    case 'open':
      return open(state);
    case 'show-code':
      return showCode(state, event.fresh);
    case 'refresh':
      return refresh(state);
    case 'poll-due':
      return pollDue(state);
    case 'page-hidden':
      return after(removeAllForGood(state), countLate, (now) => sendLast(now, state.outbox.sending));
    case 'correct':
      return correct(state, event.id, event.change);
    case 'remove':
      return remove(state, event.id);
    case 'restore':
      return restore(state, event.id);
    case 'undo-lapsed':
      return removeForGood(state, event.id);
    case 'derive':
      return derive(state, event);
    case 'adding':
      return only(showAdding(state, event.photos));
    case 'export':
      return only(noteExport(state, event.ids, event.way));
    case 'commit':
      return commit(state, event.forms, event.only, event.deliver);
    case 'delivered':
      return delivered(state, event.outcome);
    case 'noted':
      return only(noted(state, event.ids, event.time));
    case 'end':
      return end(state, event.anyway);
    case 'stay':
      return only({ ...state, ending: null });
    case 'remove-phone':
      return removePhone(state, event.phoneId);
    case 'admit':
      return admit(state, event.number);
    case 'offer-guide':
      return offerGuide(state, event.photo, event.jpeg);
    case 'close':
      return close(state);
    case 'rest-due':
    case 'inherited':
      return only(state);
  }
}

function reply(state: State, event: Stamped<Reply>): Step {
  switch (event.type) {
    case 'opened':
      return opened(state, event, event.inherited);
    case 'code-renewed':
      return only({
        ...withCode(withServerTime(state, event.created.sentAt), event.created),
        admission: 'none',
      });
    case 'code-failed':
      return codeFailed(state, event.failure);
    case 'heard':
      return heard(state, event.name, event.revision);
    case 'live':
      return live(state);
    case 'down':
      return down(state);
    case 'listed':
      return after(listed(state, event.fetched), checkEnd, renewWanted);
    case 'list-failed':
      return after(fail(state, event.failure), finishFetching);
    case 'loaded':
      return loaded(state, event.id, event.picture);
    case 'load-failed':
      return loadFailed(state, event.id);
    case 'corrected':
    case 'removed':
      return send(confirmed(state, event), event.id);
    case 'unsent':
      return unsent(state, event);
    case 'ended':
      return over(state, null, true);
    case 'end-failed':
      return endFailed(state, event.failure);
    case 'phone-removed':
      return phoneRemoved(state);
    case 'admitted':
      return refresh(forgetTag({ ...state, admission: 'none' }));
    case 'not-admitted':
      return notAdmitted(state, event.failure);
    case 'guide-set':
      return only(withGuide(state, event.isOffered ? { photo: event.photo, state: 'shown' } : null));
    case 'guide-failed':
      return guideFailed(state, event);
    case 'failed':
      return fail(state, event.failure);
  }
}

type SentReply = Extract<Event, { type: 'corrected' | 'removed' }>;
type UnsentReply = Extract<Event, { type: 'unsent' }>;

/** Handles a reply to a request of an earlier opening. It is ignored, except that the photo's next call may start. */
function stale(state: State, event: Event): Step {
  switch (event.type) {
    case 'loaded':
      return [state, [{ do: 'revoke', url: event.picture.url }]];
    case 'corrected':
    case 'removed':
    case 'unsent': {
      const idle: State = { ...state, outbox: markSent(state.outbox, event.id) };
      if (state.closed) return after(send(idle, event.id), rest);
      return isPending(idle.outbox, event.id) ? refresh(idle) : only(idle);
    }
    default:
      return only(state);
  }
}

/** Handles an event after the screen has closed. Only the remaining changes matter then. */
function leftover(state: State, event: Event): Step {
  switch (event.type) {
    case 'corrected':
    case 'removed':
      return after(send(confirmed(state, event), event.id), rest);
    case 'unsent': {
      const sent = markSent(state.outbox, event.id);
      return rest({ ...state, outbox: event.failure.retryable ? sent : refused(sent, event) });
    }
    case 'rest-due':
      return after(sendAll(state), rest);
    case 'inherited':
      return [{ ...state, outbox: emptyOutbox, access: null }, [{ do: 'stop', timer: 'rest' }, { do: 'finish' }]];
    case 'page-hidden':
      return sendLast(state, state.outbox.sending);
    case 'delivered':
      return delivered(state, event.outcome);
    case 'loaded':
      return [state, [{ do: 'revoke', url: event.picture.url }]];
    default:
      return only(state);
  }
}

function confirmed(state: State, event: SentReply): State {
  const outbox = markSent(state.outbox, event.id);
  if (event.type === 'removed') return { ...state, outbox: confirmRemoval(outbox, event.id) };
  return withAlbum(
    { ...state, outbox: settleCorrection(outbox, event.id, event.attempt) },
    takeImage(state.album, event.image),
  );
}

/** Sends a change again after a temporary failure, and reverts it after a final refusal. */
function unsent(state: State, event: UnsentReply): Step {
  const { failure } = event;
  const passing = failure.retryable || OVER.has(failure.code);
  const sent = markSent(state.outbox, event.id);
  // Reverting a change needs the complete list.
  const next = forgetTag({ ...state, outbox: passing ? sent : refused(sent, event) });
  return isGone(failure) ? refresh(next) : fail(next, failure);
}

function refused(outbox: Outbox, { id, failure }: UnsentReply): Outbox {
  return isGone(failure) ? dropChanges(outbox, id) : giveUp(outbox, id);
}

const isGone = ({ code }: Failure): boolean => code === 'image_not_found' || code === 'image_removed';

function removePhone(state: State, phoneId: string): Step {
  const { access, opening } = state;
  if (!access) return only(state);
  const next: State = { ...state, phonesRemoved: add(state.phonesRemoved, phoneId) };
  return [next, [{ do: 'remove-phone', opening, access, phoneId }]];
}

/** The code stopped working when the phone was removed. */
function phoneRemoved(state: State): Step {
  return after(refresh(forgetTag({ ...state, admission: 'none' })), (now) =>
    now.qr ? showCode(now, true) : only(now),
  );
}

function admit(state: State, number: string): Step {
  const { access, opening } = state;
  if (!access || state.admission === 'sending') return only(state);
  return [{ ...state, admission: 'sending' }, [{ do: 'admit', opening, access, number }]];
}

/** No phone shows this number. The list shows whether a phone still waits. */
function notAdmitted(state: State, failure: Failure): Step {
  if (failure.code !== 'token_invalid') return fail({ ...state, admission: 'none' }, failure);
  return refresh(forgetTag({ ...state, admission: 'wrong' }));
}

/** One after the other: the photo that was asked for last is the one that the phones show. */
function offerGuide(state: State, photo: string | null, jpeg: string | null): Step {
  const { access, opening, guide } = state;
  if (!access || guide?.state === 'sending') return only(state);
  return [{ ...state, guide: { photo, state: 'sending' } }, [{ do: 'set-guide', opening, access, photo, jpeg }]];
}

function guideFailed(state: State, { photo, isOffered, failure }: Extract<Reply, { type: 'guide-failed' }>): Step {
  const next = withGuide(state, { photo, state: isOffered ? 'failed' : 'kept' });
  return OVER.has(failure.code) ? fail(next, failure) : only(next);
}

/** Lists that were requested before do not know of this. */
function withGuide(state: State, guide: State['guide']): State {
  return { ...state, guide, guideSetAfter: state.list.fetches };
}

/** Closes the screen. The remaining changes are sent without it. */
function close(state: State): Step {
  return after(
    removeAllForGood({ ...state, access: state.access ?? state.former }),
    countLate,
    sendAll,
    (now) => [
      { ...now, closed: true, album: emptyAlbum, adding: [], late: new Map() },
      [{ do: 'stop', timer: 'poll' }, { do: 'stop-listening' }, { do: 'drop-added' }],
    ],
    leaveRest,
  );
}

/** Offers the remaining changes to the encounter's next screen. */
function leaveRest(state: State): Step {
  if (!state.access || pending(state.outbox).length === 0) return [state, [{ do: 'finish' }]];
  return after([state, [{ do: 'leave' }]], rest);
}

/** Frees pictures that are no longer shown, and stops loading those that are no longer needed. */
function freed(before: State, { album }: State): Effect[] {
  if (before.album === album) return [];
  const urls = [...before.album.pictures].filter(([id, { url }]) => album.pictures.get(id)?.url !== url);
  const aborted = [...before.album.loading].filter((id) => !album.loading.has(id));
  return [
    ...urls.map(([, { url }]): Effect => ({ do: 'revoke', url })),
    ...aborted.map((id): Effect => ({ do: 'abort', id })),
  ];
}
