import { describe, expect, test } from 'vitest';
import type { Derivation, MetadataChange } from '../image';
import {
  applyChange,
  derivePhoto,
  describeDerived,
  detach,
  dropPhoto,
  emptyAlbum,
  failPicture,
  hidePhoto,
  isRemoved,
  keepPicture,
  restorePhoto,
  startLoading,
  takeImage,
  takeList,
  wantsPicture,
  type Album,
  type Change,
  type Picture,
} from './album';
import { AT, jpeg, listed } from './fixtures';

const [a, b, c] = ['a', 'b', 'c'].map((id) => id.repeat(32)) as [string, string, string];
const LATER = '2026-03-04T09:31:00Z';
const size = { width: 10, height: 10 };
const nothing: ReadonlySet<string> = new Set();

const picture = (url = 'blob:1'): Picture => ({ file: jpeg(), url });
const take = (album: Album, ...ids: string[]): Album =>
  takeList(
    album,
    ids.map((id) => listed(id)),
    nothing,
  )[0];
const deriving = (
  album: Album,
  from: string,
  id: string,
  derivation: Derivation,
  correction: MetadataChange = {},
): Change => derivePhoto(album, { id, from, picture: picture(`blob:${id}`), size, derivation, correction }, LATER);
const derive = (album: Album, from: string, id = 'd1', correction: MetadataChange = {}): Album =>
  deriving(album, from, id, 'cropped', correction)[0];
const ids = (album: Album): string[] =>
  album.photos.filter((photo) => !isRemoved(album, photo)).map(({ image }) => image.imageId);

describe('what the edge lists', () => {
  test('keeps its order and its numbers when one goes', () => {
    const album = take(take(emptyAlbum, 'a', 'b', 'c'), 'a', 'c');
    expect(album.photos.map(({ image, number }) => [image.imageId, number])).toEqual([
      [a, 1],
      [c, 3],
    ]);
  });

  test('drops the picture of a photo that went', () => {
    expect(take(keepPicture(take(emptyAlbum, 'a'), a, picture())).pictures.size).toBe(0);
  });

  test('keeps no picture for a photo that is not there', () => {
    expect(keepPicture(emptyAlbum, a, picture())).toBe(emptyAlbum);
  });

  test('cannot bring back what was removed for good', () => {
    const album = dropPhoto(take(emptyAlbum, 'a'), a);
    expect(ids(takeList(album, [listed('a')], new Set([a]))[0])).toEqual([]);
  });

  test('that is behind a confirmed correction does not take it back', () => {
    const [album] = takeImage(take(emptyAlbum, 'a'), listed('a', { laterality: 'left' }, LATER));
    expect(take(album, 'a').photos[0]?.image.metadata).toEqual({ laterality: 'left' });
  });

  test('that has a later correction of another desktop: a late response does not take that back', () => {
    const [album] = takeList(emptyAlbum, [listed('a', { laterality: 'bilateral' }, LATER)], nothing);
    const [after, happened] = takeImage(album, listed('a', { laterality: 'left' }));
    expect(after.photos[0]?.image.metadata).toEqual({ laterality: 'bilateral' });
    expect(happened).toEqual([]);
  });

  test('reports what happened', () => {
    const images = [listed('a'), listed('b', {}, LATER)];
    const [album, happened] = takeList(emptyAlbum, images, nothing);
    expect(happened).toEqual([
      { at: AT, what: 'arrived', photo: 1 },
      { at: AT, what: 'arrived', photo: 2 },
      { at: LATER, what: 'described', photo: 2 },
    ]);
    expect(takeList(album, images, nothing)[1]).toEqual([]);
  });
});

describe('a removed photo', () => {
  test('comes back where it was', () => {
    const [hidden] = hidePhoto(take(emptyAlbum, 'a', 'b', 'c'), b, LATER);
    expect(ids(hidden)).toEqual([a, c]);
    expect(ids(restorePhoto(hidden, b, LATER)[0])).toEqual([a, b, c]);
  });

  test('takes what was derived from it along, and brings it back', () => {
    const [hidden] = hidePhoto(derive(take(emptyAlbum, 'a', 'b'), a), a, LATER);
    expect(ids(hidden)).toEqual([b]);
    expect(ids(restorePhoto(hidden, a, LATER)[0])).toEqual([a, 'd1', b]);
  });
});

describe('a derived photo', () => {
  test('follows its original, says what that one says, and leaves it alone', () => {
    const [listedA] = takeList(emptyAlbum, [listed('a', { bodySite: 'hand' }), listed('b')], nothing);
    const album = derive(listedA, a, 'd1', { laterality: 'left' });
    expect(ids(album)).toEqual([a, 'd1', b]);
    expect(album.photos[1]).toMatchObject({
      derivedFrom: a,
      local: true,
      number: 3,
      image: { width: 10, metadata: { bodySite: 'hand', laterality: 'left' } },
    });
    expect(album.photos[0]).toMatchObject({ local: false, image: { width: 3072, metadata: { bodySite: 'hand' } } });
  });

  test('of a derived photo names the first original', () => {
    const album = derive(derive(take(emptyAlbum, 'a'), a), 'd1', 'd2');
    expect(album.photos.map(({ derivedFrom }) => derivedFrom)).toEqual([undefined, a, a]);
  });

  test('stays annotated when a part is cut out of it, and after the session', () => {
    const [annotated, happened] = deriving(take(emptyAlbum, 'a'), a, 'd1', 'annotated');
    expect(happened).toEqual([{ at: LATER, what: 'annotated', photo: 2 }]);
    const [cut, then] = deriving(annotated, 'd1', 'd2', 'cropped');
    expect(then).toEqual([{ at: LATER, what: 'derived', photo: 3 }]);
    expect(cut.photos.map(({ derivation }) => derivation)).toEqual([undefined, 'annotated', 'annotated']);
    const [, copy] = detach(keepPicture(annotated, a, picture()), new Map()).photos;
    expect(copy).toMatchObject({ derivedFrom: a, derivation: 'annotated' });
  });

  test('is described here alone', () => {
    const album = describeDerived(derive(take(emptyAlbum, 'a'), a), 'd1', { bodySite: 'foot' }, LATER);
    expect(album.photos.map(({ image }) => image.metadata)).toEqual([{}, { bodySite: 'foot' }]);
  });

  test('goes when its original is removed elsewhere', () => {
    expect(ids(take(derive(take(emptyAlbum, 'a'), a)))).toEqual([]);
  });
});

describe('when the session is over', () => {
  const full = keepPicture(keepPicture(take(emptyAlbum, 'a', 'b', 'c'), a, picture()), b, picture());

  test('what is here and not in the record stays', () => {
    const album = detach(full, new Map([[b, LATER]]));
    expect(album.photos).toMatchObject([{ image: { imageId: a, s3Key: '' }, local: true }]);
    expect([...album.pictures.keys()]).toEqual([a]);
    expect(ids(take(album, 'c'))).toEqual([a, c]);
  });

  test('and it turns out to live, the photos are those of the edge again', () => {
    const album = take(detach(full, new Map()), 'a', 'b', 'c');
    expect(ids(album)).toEqual([a, b, c]);
    expect(album.photos[0]).toMatchObject({ local: false, number: 1 });
    expect(album.pictures.has(a)).toBe(true);
  });
});

describe('a change of a photo', () => {
  const one = take(emptyAlbum, 'a');
  const [hidden] = hidePhoto(one, a, LATER);

  test.each<[string, Change | Album, Album]>([
    ['that is not here: hiding', hidePhoto(one, b, LATER), one],
    ['that is not here: restoring', restorePhoto(hidden, b, LATER), hidden],
    ['that is not here: a correction of the edge', takeImage(one, listed('b')), one],
    ['that is not here: deriving', deriving(one, b, 'd1', 'cropped'), one],
    ['that is not here: describing', describeDerived(one, b, { notes: 'n' }, LATER), one],
    ['that is hidden already: hiding', hidePhoto(hidden, a, LATER), hidden],
    ['that is shown: restoring', restorePhoto(one, a, LATER), one],
    ['whose bytes nobody fetches: they fail', failPicture(one, a), one],
  ])('%s changes nothing and is no event', (_, change, album) => {
    expect(change).toEqual('photos' in change ? album : [album, []]);
  });

  test('is one event, with its time and the number of the photo', () => {
    const entry = { at: LATER, photo: 1 };
    expect(hidePhoto(one, a, LATER)[1]).toEqual([{ ...entry, what: 'removed' }]);
    expect(restorePhoto(hidden, a, LATER)[1]).toEqual([{ ...entry, what: 'restored' }]);
    expect(takeImage(one, listed('a', { notes: 'n' }, LATER))[1]).toEqual([{ ...entry, what: 'described' }]);
  });

  test('that is held here alone: the edge has no say', () => {
    const local = detach(keepPicture(one, a, picture()), new Map());
    expect(takeImage(local, listed('a', { notes: 'n' }, LATER))).toEqual([local, []]);
  });

  test('takes a field back with null or nothing in it', () => {
    expect(applyChange({ notes: 'n', bodySite: 'hand', view: 'overview' }, { notes: null, bodySite: '' })).toEqual({
      view: 'overview',
    });
  });
});

describe('a picture', () => {
  const one = take(emptyAlbum, 'a');
  const loading = startLoading(one, a);

  test.each<[string, Album, string, boolean]>([
    ['missing', one, a, true],
    ['on its way', loading, a, false],
    ['that could not be fetched', failPicture(loading, a), a, true],
    ['that is here', keepPicture(loading, a, picture()), a, false],
    ['of a photo that is not here', one, b, false],
  ])('%s: is it to be fetched?', (_, album, id, wanted) => {
    expect(wantsPicture(album, id)).toBe(wanted);
  });

  test('that comes at last is neither failed nor on its way, and the first one stays', () => {
    const kept = keepPicture(startLoading(failPicture(loading, a), a), a, picture());
    expect([kept.failed.size, kept.loading.size]).toEqual([0, 0]);
    expect(keepPicture(kept, a, picture('blob:2'))).toBe(kept);
  });
});

test('a copy whose original is in the record names no original after the session', () => {
  const album = detach(derive(take(emptyAlbum, 'a'), a), new Map([[a, LATER]]));
  expect(album.photos.map(({ image, derivedFrom }) => [image.imageId, derivedFrom])).toEqual([['d1', undefined]]);
});
