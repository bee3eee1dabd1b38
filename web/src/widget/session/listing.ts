/** Fetches the list of photos and takes it in, and their pictures. */

import type { Fetched } from '../../api/desktop';
import type { ListResponse, Phone } from '../../contract/api';
import { failPicture, keepPicture, startLoading, takeList, wantsPicture, type Picture } from './album';
import { tell, withAlbum } from './editing';
import {
  after,
  EXPECTING_POLL_MS,
  FIRST_RETRY_MS,
  only,
  POLL_MS,
  withServerTime,
  type Effect,
  type State,
  type Step,
} from './model';
import { sendAll } from './sending';
import type { TimelineEntry } from './timeline';

/** Fetches the list; if one is on its way, another one after it, unless that one reaches `revision`. */
export function refresh(state: State, revision = Infinity): Step {
  const { access, opening, list } = state;
  if (!access) return only(state);
  if (list.fetching) return only({ ...state, list: { ...list, awaited: Math.max(list.awaited, revision) } });
  if (state.now < state.quietUntil) return schedule(state, 0);
  return [
    { ...state, list: { ...list, fetching: true, fetches: list.fetches + 1, awaited: 0 } },
    [
      { do: 'stop', timer: 'poll' },
      { do: 'list', opening, access, etag: list.etag },
    ],
  ];
}

/** Whether the last list showed it already: photos that arrive together are fetched as one change. */
export function isListed({ list }: State, revision = Infinity): boolean {
  return list.before < revision && revision <= list.revision;
}

/** The next list comes whole: something changed, or fresh URLs are needed. */
export function forgetTag(state: State): State {
  return { ...state, list: { ...state.list, etag: null } };
}

export function listed(state: State, { list, etag, sentAt }: Fetched): Step {
  const reached: State = {
    ...withServerTime(state, sentAt),
    retryMs: FIRST_RETRY_MS,
    renewed: false,
    problem: null,
  };
  return after(
    list ? take(reached, list, etag) : only(reached),
    sendAll,
    (now) => (now.connection === 'live' ? only(now) : poll(now)),
    finishFetching,
  );
}

/** Fetches the list again after a while: soon if photos are expected. */
export function poll(state: State): Step {
  return schedule(state, state.expecting || state.expected.length > 0 ? EXPECTING_POLL_MS : POLL_MS);
}

/** The list has come, or failed to: another one is fetched if it was asked for meanwhile. */
export function finishFetching(state: State): Step {
  const { awaited } = state.list;
  const idle: State = { ...state, list: { ...state.list, fetching: false, awaited: 0 } };
  return awaited > idle.list.revision ? refresh(idle) : only(idle);
}

/** Takes a list in. One that was overtaken by a later one is dropped. */
function take(state: State, list: ListResponse, etag: string | null): Step {
  const tagged: State = { ...state, list: { ...state.list, etag } };
  const { revision } = state.list;
  if (list.revision < revision || list.encounterId !== state.encounter?.encounterId) return only(tagged);
  const joinedAt = list.phoneConnectedAt ?? null;
  const joined: TimelineEntry[] =
    joinedAt !== null && joinedAt !== state.phoneConnectedAt ? [{ at: joinedAt, what: 'joined' }] : [];
  const taken: State = {
    ...tagged,
    list: { ...tagged.list, revision: list.revision, before: revision < 0 ? list.revision : revision },
    sessionExpiresAt: list.sessionExpiresAt,
    phoneConnectedAt: joinedAt,
    qr: state.qr && isCodeDead(state, list) ? { ...state.qr, expiresAt: list.serverTime } : state.qr,
    phones: list.phones ?? [],
    phoneNames: withNames(state.phoneNames, list.phones ?? []),
    expected: list.expected ?? [],
    expecting: false,
    guide: guideBy(state, list.guideOffered ?? false),
  };
  const shown = tell(withAlbum(taken, takeList(taken.album, list.images, taken.outbox.gone)), ...joined);
  return loadPictures(shown, list);
}

/** Another desktop removed a phone, which invalidates every code. This desktop shows a new one when it removes one. */
function isCodeDead({ phones: known, phonesRemoved }: State, { phones = [] }: ListResponse): boolean {
  const here = new Set(known.filter(({ removed }) => !removed).map(({ phoneId }) => phoneId));
  return phones.some(({ phoneId, removed }) => removed && here.has(phoneId) && !phonesRemoved.has(phoneId));
}

/** Returns the guide by a list: another desktop may have offered or stopped one, or this one before it was reloaded. */
function guideBy({ guide, guideSetAfter, list }: State, isOffered: boolean): State['guide'] {
  if (guide?.state === 'sending' || list.fetches <= guideSetAfter) return guide;
  return isOffered ? (guide ?? { photo: null, state: 'shown' }) : null;
}

/** The names, and those of these phones; the same map if it has them all. */
function withNames(names: ReadonlyMap<string, string>, phones: readonly Phone[]): ReadonlyMap<string, string> {
  const isKnown = phones.every(({ phoneId, name }) => names.get(phoneId) === name);
  return isKnown ? names : new Map([...names, ...phones.map(({ phoneId, name }) => [phoneId, name] as const)]);
}

function loadPictures(state: State, { images }: ListResponse): Step {
  const effects: Effect[] = [];
  let { album } = state;
  for (const { imageId: id, previewUrl: url } of images) {
    if (url === undefined || !wantsPicture(album, id)) continue;
    album = startLoading(album, id);
    effects.push({ do: 'load', opening: state.opening, id, url });
  }
  return [{ ...state, album }, effects];
}

export function loaded(state: State, id: string, picture: Picture): Step {
  const album = keepPicture(state.album, id, picture);
  return album === state.album ? [state, [{ do: 'revoke', url: picture.url }]] : only({ ...state, album });
}

/** A picture could not be fetched: the next list brings fresh URLs. */
export function loadFailed(state: State, id: string): Step {
  const album = failPicture(state.album, id);
  return album === state.album ? only(state) : backOff(forgetTag({ ...state, album }));
}

/** Fetches the list after a wait, and not before the edge wants to be called again. */
export function schedule(state: State, ms: number): Step {
  const wait = Math.max(ms, state.quietUntil - state.now);
  return [state, [{ do: 'wait', timer: 'poll', ms: wait, due: { type: 'poll-due' } }]];
}

/** Tries again after a wait that grows with each failure. */
export function backOff(state: State): Step {
  return schedule({ ...state, retryMs: Math.min(POLL_MS, state.retryMs * 2) }, state.retryMs);
}
