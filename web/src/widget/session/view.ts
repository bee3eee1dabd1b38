/** The state as a host sees it. */

import { codeMetadata, type WidgetImage } from '../image';
import { applyChange, isRemoved, type Photo } from './album';
import type { SessionState } from './api';
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

/** `before` is the view of an earlier state: photos that did not change since are taken from it. */
export function viewOf(state: State, before?: { state: State; view: SessionState }): SessionState {
  const { status, connection, sessionExpiresAt, maxImages, qr, phoneConnectedAt, problem, timeline } = state;
  const { committing, commitProblem, encounter, list } = state;
  return {
    status,
    connection,
    encounterId: encounter?.encounterId ?? null,
    patientId: encounter?.patientId ?? null,
    patientLabel: encounter?.patientLabel ?? null,
    sessionExpiresAt,
    maxImages,
    qr,
    phoneConnectedAt,
    ...(before && showsSamePhotos(state, before.state)
      ? { images: before.view.images, removed: before.view.removed }
      : { images: imagesOf(state), removed: removedOf(state) }),
    revision: list.revision,
    problem,
    committing,
    commitProblem,
    timeline,
  };
}

function showsSamePhotos(a: State, b: State): boolean {
  return a.album === b.album && a.outbox.corrections === b.outbox.corrections && a.committed === b.committed;
}

function view({ album, outbox, committed }: State, { image, number, local, derivedFrom }: Photo): WidgetImage {
  const id = image.imageId;
  const picture = album.pictures.get(id);
  const said = applyChange(image.metadata, outbox.corrections.get(id) ?? {});
  const committedAt = committed.get(id);
  return {
    id,
    number,
    file: picture?.file ?? null,
    ...(picture ? { previewUrl: picture.url } : {}),
    ...(image.s3Key ? { s3Key: image.s3Key } : {}),
    width: image.width,
    height: image.height,
    uploadedAt: image.uploadedAt,
    metadata: codeMetadata(said),
    said,
    failed: album.failed.has(id),
    local,
    ...(derivedFrom === undefined ? {} : { derivedFrom }),
    ...(committedAt === undefined ? {} : { committedAt }),
  };
}
