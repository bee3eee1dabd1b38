/** The photos of one session, and their pictures. Plain data and pure functions. */

import type { Image, Metadata } from '../../contract/api';
import type { Derivation, MetadataChange } from '../image';
import { add, drop } from './sets';
import type { TimelineEntry } from './timeline';

export interface Photo {
  readonly image: Image;
  /** Counts from 1 in the order of arrival and never changes. */
  readonly number: number;
  /** Held by this desktop alone. */
  readonly local: boolean;
  /** Made on this desktop: the edge never hears of it. */
  readonly made: boolean;
  /** The photo that it was made from, if that one is still here. */
  readonly derivedFrom?: string;
  /** How it was made; a copy of an annotated photo is annotated. */
  readonly derivation?: Derivation;
}

/** A photo's bytes, and an object URL of them. */
export interface Picture {
  readonly file: File;
  readonly url: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Album {
  readonly photos: readonly Photo[];
  /** The number of the newest photo. */
  readonly count: number;
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Photos whose bytes are on their way, and those whose bytes could not be fetched. */
  readonly loading: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** Removed, and may yet be brought back. */
  readonly removed: ReadonlySet<string>;
}

export const emptyAlbum: Album = {
  photos: [],
  count: 0,
  pictures: new Map(),
  loading: new Set(),
  failed: new Set(),
  removed: new Set(),
};

/** The album after a change, and what the timeline says about it. */
export type Change = readonly [Album, readonly TimelineEntry[]];

export function findPhoto({ photos }: Album, id: string): Photo | undefined {
  return photos.find(({ image }) => image.imageId === id);
}

/** Whether a photo is removed, itself or with the one that it was made from. */
export function isRemoved({ removed }: Album, { image, derivedFrom }: Photo): boolean {
  return removed.has(image.imageId) || (derivedFrom !== undefined && removed.has(derivedFrom));
}

/** Whether a photo's bytes are still to be fetched. */
export function wantsPicture(album: Album, id: string): boolean {
  return !album.pictures.has(id) && !album.loading.has(id) && findPhoto(album, id) !== undefined;
}

/** Takes in the session's list without those that are gone; what is held here alone stays. */
export function takeList(album: Album, images: readonly Image[], gone: ReadonlySet<string>): Change {
  const listed = new Set(images.map(({ imageId }) => imageId));
  const local = album.photos.filter((photo) => photo.local && !listed.has(photo.image.imageId));
  const happened: TimelineEntry[] = [];
  let { count } = album;
  const remote = images
    .filter(({ imageId }) => !gone.has(imageId))
    .map((image): Photo => {
      const known = findPhoto(album, image.imageId);
      // A list that was requested before a correction was confirmed is behind it.
      if (known && !known.local && isLater(known.image, image)) return known;
      const number = known?.number ?? ++count;
      if (!known) happened.push({ at: image.uploadedAt, what: 'arrived', photo: number });
      if (image.updatedAt !== (known?.image.updatedAt ?? image.uploadedAt))
        happened.push({ at: image.updatedAt, what: 'described', photo: number });
      return { image, number, local: false, made: false };
    });
  const originals = [...local.filter(({ derivedFrom }) => derivedFrom === undefined), ...remote];
  // A derived photo follows its original, and goes with it.
  const photos = originals.flatMap((original) => [
    original,
    ...local.filter(({ derivedFrom }) => derivedFrom === original.image.imageId),
  ]);
  return [withPhotos({ ...album, count }, photos), happened];
}

export function startLoading(album: Album, id: string): Album {
  return { ...album, loading: add(album.loading, id) };
}

/** Keeps a photo's picture; the album stays as it is if it does not want it. */
export function keepPicture(album: Album, id: string, picture: Picture): Album {
  if (!findPhoto(album, id) || album.pictures.has(id)) return album;
  return {
    ...album,
    pictures: new Map(album.pictures).set(id, picture),
    loading: drop(album.loading, id),
    failed: drop(album.failed, id),
  };
}

export function failPicture(album: Album, id: string): Album {
  if (!album.loading.has(id)) return album;
  return { ...album, loading: drop(album.loading, id), failed: add(album.failed, id) };
}

/** Changes the details of a photo that was made here. */
export function describeDerived(album: Album, id: string, change: MetadataChange, at: string): Album {
  const photo = findPhoto(album, id);
  if (!photo) return album;
  const metadata = applyChange(photo.image.metadata, change);
  return replace(album, { ...photo, image: { ...photo.image, metadata, updatedAt: at } });
}

/** The edge has an image with a correction in it. A list may already have brought a later one. */
export function takeImage(album: Album, image: Image): Change {
  const photo = findPhoto(album, image.imageId);
  if (!photo || photo.local || isLater(photo.image, image)) return [album, []];
  return [replace(album, { ...photo, image }), [{ at: image.updatedAt, what: 'described', photo: photo.number }]];
}

const isLater = (known: Image, image: Image): boolean => Date.parse(known.updatedAt) > Date.parse(image.updatedAt);

export function hidePhoto(album: Album, id: string, at: string): Change {
  const photo = findPhoto(album, id);
  if (!photo || album.removed.has(id)) return [album, []];
  return [{ ...album, removed: add(album.removed, id) }, [{ at, what: 'removed', photo: photo.number }]];
}

export function restorePhoto(album: Album, id: string, at: string): Change {
  const photo = findPhoto(album, id);
  if (!photo || !album.removed.has(id)) return [album, []];
  return [{ ...album, removed: drop(album.removed, id) }, [{ at, what: 'restored', photo: photo.number }]];
}

/** Forgets a photo and all that was made from it. */
export function dropPhoto(album: Album, id: string): Album {
  return withPhotos(
    album,
    album.photos.filter(({ image, derivedFrom }) => image.imageId !== id && derivedFrom !== id),
  );
}

/** Puts a photo made from another behind it. It takes over the details of that one, with `correction`. */
export function derivePhoto(
  album: Album,
  derived: {
    id: string;
    from: string;
    picture: Picture;
    size: Size;
    derivation: Derivation;
    correction: MetadataChange;
  },
  at: string,
): Change {
  const { id, from, picture, size, correction } = derived;
  const source = findPhoto(album, from);
  if (!source) return [album, []];
  const original = source.derivedFrom ?? from;
  const image: Image = {
    imageId: id,
    s3Key: '',
    contentType: picture.file.type,
    size: picture.file.size,
    sha256: '',
    ...size,
    metadata: applyChange(source.image.metadata, correction),
    uploadedAt: at,
    updatedAt: at,
  };
  const number = album.count + 1;
  const last = album.photos.findLastIndex(
    (photo) => photo.image.imageId === original || photo.derivedFrom === original,
  );
  const derivation = source.derivation === 'annotated' ? source.derivation : derived.derivation;
  const photo: Photo = { image, number, local: true, made: true, derivedFrom: original, derivation };
  const photos = album.photos.toSpliced(last + 1, 0, photo);
  const what = derived.derivation === 'annotated' ? 'annotated' : 'derived';
  return [keepPicture({ ...album, photos, count: number }, id, picture), [{ at, what, photo: number }]];
}

/** The session is over: what is not in the record and has its bytes here stays, on this desktop alone. */
export function detach(album: Album, committed: ReadonlyMap<string, string>): Album {
  const kept = album.photos.filter(({ image: { imageId } }) => !committed.has(imageId) && album.pictures.has(imageId));
  const ids = new Set(kept.map(({ image }) => image.imageId));
  const photos = kept.map(
    ({ image, number, made, derivedFrom, derivation }): Photo => ({
      image: { ...image, s3Key: '' },
      number,
      local: true,
      made,
      ...(derivation ? { derivation } : {}),
      ...(derivedFrom !== undefined && ids.has(derivedFrom) ? { derivedFrom } : {}),
    }),
  );
  return withPhotos(album, photos);
}

/** Metadata with a change in it; null takes a field back. */
export function applyChange(metadata: Metadata, change: MetadataChange): Metadata {
  const fields = Object.entries({ ...metadata, ...change }).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(fields) as Metadata;
}

function replace(album: Album, next: Photo): Album {
  return {
    ...album,
    photos: album.photos.map((photo) => (photo.image.imageId === next.image.imageId ? next : photo)),
  };
}

/** The album with these photos alone; nothing is kept about any other. */
function withPhotos(album: Album, photos: readonly Photo[]): Album {
  const ids = new Set(photos.map(({ image }) => image.imageId));
  const among = (set: ReadonlySet<string>): ReadonlySet<string> => new Set([...set].filter((id) => ids.has(id)));
  return {
    ...album,
    photos,
    pictures: new Map([...album.pictures].filter(([id]) => ids.has(id))),
    loading: among(album.loading),
    failed: among(album.failed),
    removed: among(album.removed),
  };
}
