import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Album } from './album';
import { AT, jpeg, listed } from './fixtures';
import { Ledger } from './ledger';
import { Outbox } from './outbox';

const [a, b, c] = ['a', 'b', 'c'].map((id) => id.repeat(32)) as [string, string, string];
const LATER = '2026-03-04T09:31:00Z';
const SIZE = { width: 10, height: 10 };

let album: Album;
let ledger: Ledger;
let outbox: Outbox;
const revoked = vi.fn();

beforeEach(() => {
  revoked.mockReset();
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => `blob:${Math.random()}`, revokeObjectURL: revoked }),
  );
  ledger = new Ledger(undefined);
  outbox = new Outbox();
  album = new Album(ledger, outbox);
});

const ids = (): string[] => album.images.map(({ id }) => id);

describe('what the edge lists', () => {
  test('keeps its order and its numbers when one goes', () => {
    album.take([listed('a'), listed('b'), listed('c')]);
    album.take([listed('a'), listed('c')]);
    expect(album.images.map(({ id, number }) => [id, number])).toEqual([
      [a, 1],
      [c, 3],
    ]);
  });

  test('frees the bytes of an image that went', () => {
    album.take([listed('a')]);
    album.keep(a, jpeg());
    const url = album.images[0]?.previewUrl;
    album.take([]);
    expect(revoked.mock.calls).toEqual([[url]]);
  });

  test('takes no bytes for an image that is not there', () => {
    album.keep(a, jpeg());
    album.take([listed('a')]);
    expect(album.images[0]?.file).toBeNull();
  });

  test('cannot bring back what was removed for good', () => {
    album.take([listed('a')]);
    album.drop(a);
    album.take([listed('a')]);
    expect(ids()).toEqual([]);
    expect(outbox.pending).toEqual([a]);
  });

  test('that is behind a confirmed correction does not take it back', () => {
    album.take([listed('a')]);
    album.saved(listed('a', { laterality: 'left' }, LATER));
    album.take([listed('a')]);
    expect(album.images[0]?.said).toEqual({ laterality: 'left' });
  });

  test('tells what happened', () => {
    expect(album.take([listed('a'), listed('b', {}, LATER)])).toEqual([
      { at: AT, what: 'arrived', photo: 1 },
      { at: AT, what: 'arrived', photo: 2 },
      { at: LATER, what: 'described', photo: 2 },
    ]);
    expect(album.take([listed('a'), listed('b', {}, LATER)])).toEqual([]);
  });
});

describe('a correction', () => {
  beforeEach(() => void album.take([listed('a', { laterality: 'left', notes: 'n' })]));

  test('shows at once, over whatever is listed', () => {
    album.change(a, { laterality: 'right', notes: null }, LATER);
    album.take([listed('a', { laterality: 'left', notes: 'n' })]);
    expect(album.images[0]?.said).toEqual({ laterality: 'right' });
  });
});

describe('a removed image', () => {
  test('comes back where it was', () => {
    album.take([listed('a'), listed('b'), listed('c')]);
    album.remove(b, LATER);
    expect(ids()).toEqual([a, c]);
    expect(album.removed.map(({ id }) => id)).toEqual([b]);
    album.restore(b, LATER);
    expect(ids()).toEqual([a, b, c]);
    expect(album.removed).toEqual([]);
  });

  test('takes what was derived from it along, and brings it back', () => {
    album.take([listed('a'), listed('b')]);
    album.derive(a, jpeg(), SIZE, LATER);
    album.remove(a, LATER);
    expect(ids()).toEqual([b]);
    album.restore(a, LATER);
    expect(album.images).toHaveLength(3);
  });
});

describe('a derived image', () => {
  test('follows its original, says what that one says, and leaves it alone', () => {
    album.take([listed('a', { bodySite: 'hand' }), listed('b')]);
    album.change(a, { laterality: 'left' }, LATER);
    album.derive(a, jpeg(), SIZE, LATER);
    const [original, derived] = album.images;
    expect(derived).toMatchObject({
      derivedFrom: a,
      local: true,
      number: 3,
      width: 10,
      said: { bodySite: 'hand', laterality: 'left' },
    });
    expect(original).toMatchObject({ id: a, width: 3072, local: false });
    expect(ids()[2]).toBe(b);
  });

  test('of a derived image names the first original', () => {
    album.take([listed('a')]);
    album.derive(a, jpeg(), SIZE, LATER);
    album.derive(album.images[1]?.id ?? '', jpeg(), SIZE, LATER);
    expect(album.images.map(({ derivedFrom }) => derivedFrom)).toEqual([undefined, a, a]);
  });

  test('is corrected here alone', () => {
    album.take([listed('a')]);
    album.derive(a, jpeg(), SIZE, LATER);
    const id = album.images[1]?.id ?? '';
    album.change(id, { bodySite: 'foot' }, LATER);
    expect(outbox.pending).toEqual([]);
    expect(album.images.map(({ said }) => said)).toEqual([{}, { bodySite: 'foot' }]);
  });

  test('goes when its original is removed elsewhere', () => {
    album.take([listed('a')]);
    album.derive(a, jpeg(), SIZE, LATER);
    album.take([]);
    expect(ids()).toEqual([]);
  });
});

describe('when the session is over', () => {
  beforeEach(() => {
    album.take([listed('a'), listed('b'), listed('c')]);
    album.keep(a, jpeg());
    album.keep(b, jpeg());
    ledger.add([b], LATER);
  });

  test('what is here and not in the record stays', () => {
    album.change(a, { laterality: 'left' }, LATER);
    album.detach();
    expect(album.images).toMatchObject([{ id: a, local: true, said: { laterality: 'left' } }]);
    album.take([listed('c')]);
    expect(ids()).toEqual([a, c]);
  });

  test('and it turns out to live, the edge is told what it missed', () => {
    album.change(a, { laterality: 'left' }, LATER);
    album.detach();
    expect(album.isLocal(a)).toBe(true);
    album.take([listed('a'), listed('b'), listed('c')]);
    expect(ids()).toEqual([a, b, c]);
    expect(album.images[0]).toMatchObject({ local: false, said: { laterality: 'left' } });
    expect(album.images[0]?.file).not.toBeNull();
    expect(outbox.correction(a)).toEqual({ laterality: 'left' });
  });
});
