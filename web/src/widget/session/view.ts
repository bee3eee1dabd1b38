/** The state as a host sees it. */

import type { Image } from '../../contract/api';
import { codeMetadata, type WidgetImage } from '../image';
import { applyChange, isRemoved, type Photo } from './album';
import { plainText } from '../../plaintext';
import type { ExpectedPhoto, SessionState } from './api';
import type { State } from './model';

/** The photos as they are shown: with the corrections that the edge does not have yet, without those removed. */
export function imagesOf(state: State): WidgetImage[] {
  const { album } = state;
  return album.photos.filter((photo) => !isRemoved(album, photo)).map((photo) => view(state, photo));
}

export function removedOf(state: State): WidgetImage[] {
  const { album } = state;
  return album.photos.filter(({ image }) => album.removed.has(image.imageId)).map((photo) => view(state, photo));
}

/** `before` is the view of an earlier state: what did not change since is taken from it. */
export function viewOf(state: State, before?: { state: State; view: SessionState }): SessionState {
  const { status, connection, maxImages, phoneConnectedAt, phones, admission, guide, expecting, problem, timeline } =
    state;
  const { delivering, commitProblem, tooLate, ending, encounter, list, consent, adding } = state;
  return {
    status,
    connection,
    facilityId: encounter?.facilityId ?? null,
    encounterId: encounter?.encounterId ?? null,
    patientId: encounter?.patientId ?? null,
    patientLabel: encounter?.patientLabel ?? null,
    maxImages,
    phoneConnectedAt,
    phones,
    admission,
    guide,
    consent,
    adding,
    expected: before && showsSamePhones(state, before.state) ? before.view.expected : expectedOf(state),
    expecting,
    ...(before && showsSameTimes(state, before.state)
      ? timesOf(before.view)
      : {
          sessionExpiresAt: localTime(state.sessionExpiresAt, state),
          qr: state.qr && { ...state.qr, expiresAt: localTime(state.qr.expiresAt, state) },
        }),
    ...(before && showsSamePhotos(state, before.state)
      ? { images: before.view.images, removed: before.view.removed }
      : { images: imagesOf(state), removed: removedOf(state) }),
    revision: list.revision,
    problem,
    committing: delivering !== null,
    commitProblem,
    tooLate,
    ending: ending !== null && ending.step !== 'asking',
    endQuestion: ending?.question ?? null,
    timeline,
  };
}

function expectedOf(state: State): ExpectedPhoto[] {
  const others = state.expected.filter(({ imageId }) => !state.added.has(imageId));
  return others.map(({ imageId, phoneId = '', reservedAt }) => {
    const phone = state.phones.find((one) => one.phoneId === phoneId);
    const [, aliveAt = reservedAt] = [reservedAt, phone?.lastSeenAt ?? reservedAt].toSorted(
      (a, b) => Date.parse(a) - Date.parse(b),
    );
    return {
      id: imageId,
      phoneId,
      phone: plainText(phone?.name ?? ''),
      aliveAt: localTime(aliveAt, state),
      removed: phone?.removed ?? false,
    };
  });
}

function showsSamePhones(a: State, b: State): boolean {
  return a.expected === b.expected && a.phones === b.phones && a.offset === b.offset && a.added === b.added;
}

/** A time of the edge's clock by the desktop's, so that what counts down to it is right. */
function localTime<T extends string | null>(time: T, { offset }: State): T | string {
  return time === null ? time : new Date(Date.parse(time) - offset).toISOString();
}

function timesOf({ sessionExpiresAt, qr }: SessionState): Pick<SessionState, 'sessionExpiresAt' | 'qr'> {
  return { sessionExpiresAt, qr };
}

function showsSameTimes(a: State, b: State): boolean {
  return a.qr === b.qr && a.sessionExpiresAt === b.sessionExpiresAt && a.offset === b.offset;
}

function showsSamePhotos(a: State, b: State): boolean {
  return (
    a.album === b.album &&
    a.outbox.corrections === b.outbox.corrections &&
    a.committed === b.committed &&
    a.notKept === b.notKept &&
    a.late === b.late &&
    a.phoneNames === b.phoneNames
  );
}

function phoneOf({ phoneNames }: State, { phoneId }: Image): { phone?: string } {
  const phone = plainText(phoneNames.get(phoneId ?? '') ?? '');
  return phone ? { phone } : {};
}

function view(state: State, { image, number, local, derivedFrom, derivation }: Photo): WidgetImage {
  const { album, outbox, committed, late } = state;
  const id = image.imageId;
  const picture = album.pictures.get(id);
  const details = applyChange(image.metadata, { ...outbox.corrections.get(id), ...late.get(id) });
  const committedAt = committed.get(id);
  const problem = state.notKept.get(id);
  return {
    id,
    number,
    file: picture?.file ?? null,
    ...(picture ? { previewUrl: picture.url } : {}),
    ...(image.s3Key ? { s3Key: image.s3Key } : {}),
    width: image.width,
    height: image.height,
    uploadedAt: image.uploadedAt,
    metadata: codeMetadata(details),
    details,
    failed: album.failed.has(id),
    local,
    ...(derivedFrom === undefined ? {} : { derivedFrom }),
    ...(derivation === undefined ? {} : { derivation }),
    ...phoneOf(state, image),
    ...(image.correctedBy ? { correctedBy: image.correctedBy, correctedAt: image.updatedAt } : {}),
    ...(committedAt === undefined ? {} : { committedAt }),
    ...(problem === undefined ? {} : { commitProblem: problem }),
  };
}
