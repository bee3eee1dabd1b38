// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Ledger } from './ledger';

const refused = (detail: string) => ({ code: 'refused', detail }) as const;
const AT = '2026-03-04T09:30:00Z';

beforeEach(() => sessionStorage.clear());

test('what went into the record, and why other photos did not, outlives the page', () => {
  new Ledger().add(['a'], AT, new Map([['b', refused('locked')]]));
  const after = new Ledger();
  expect([...after.times]).toEqual([['a', AT]]);
  expect([...after.notKept]).toEqual([['b', refused('locked')]]);
});

test('two widgets of a tab keep each other’s reasons', () => {
  const [one, other] = [new Ledger(), new Ledger()];
  one.add([], AT, new Map([['a', refused('locked')]]));
  other.add([], AT, new Map([['b', refused('quota')]]));
  expect([...new Ledger().notKept.keys()].sort()).toEqual(['a', 'b']);
});

test('a photo that is in the record in the end has no reason any more', () => {
  new Ledger().add([], AT, new Map([['a', refused('locked')]]));
  new Ledger().add(['a'], AT);
  expect([...new Ledger().notKept]).toEqual([]);
});

test('what went into the record elsewhere is known, and has no reason any more', () => {
  new Ledger().add(['a'], AT, new Map([['b', refused('locked')]]));
  const ledger = new Ledger();
  ledger.seed(
    new Map([
      ['a', '2026-03-04T09:00:00Z'],
      ['b', '2026-03-04T09:00:00Z'],
    ]),
  );
  expect([...ledger.times]).toEqual([
    ['a', AT],
    ['b', '2026-03-04T09:00:00Z'],
  ]);
  expect([...new Ledger().times]).toEqual([...ledger.times]);
  expect([...new Ledger().notKept]).toEqual([]);
});

test.each(['5', '{', '[["a"]]', '[["a",{"code":5}]]', '[["a",null]]', 'null'])(
  'a storage with %s in it is empty',
  (garbage) => {
    sessionStorage.setItem('photobridge:committed', garbage);
    sessionStorage.setItem('photobridge:not-committed', garbage);
    const ledger = new Ledger();
    expect([...ledger.times, ...ledger.notKept]).toEqual([]);
  },
);

describe('what another screen of the page puts into the record', () => {
  test('is heard until the listener leaves', () => {
    const heard: unknown[] = [];
    const leave = new Ledger().listen((ids, at) => heard.push([ids, at]));
    new Ledger().add(['a'], AT);
    leave();
    new Ledger().add(['b'], AT);
    expect(heard).toEqual([[['a'], AT]]);
  });

  test('stays when this one adds its own', () => {
    const [one, other] = [new Ledger(), new Ledger()];
    one.add(['a'], AT);
    other.add(['b'], AT);
    expect([...other.times.keys()]).toEqual(['a', 'b']);
    expect([...new Ledger().times.keys()]).toEqual(['a', 'b']);
  });
});

test('the oldest of more than a thousand photos are forgotten', () => {
  const ids = Array.from({ length: 1001 }, (_, i) => `p${i}`);
  new Ledger().add(ids, AT, new Map(ids.map((id) => [`not-${id}`, refused('locked')])));
  const { times, notKept } = new Ledger();
  expect([times.size, times.has('p0'), times.has('p1000')]).toEqual([1000, false, true]);
  expect([notKept.size, notKept.has('not-p0'), notKept.has('not-p1000')]).toEqual([1000, false, true]);
});

describe('a page', () => {
  afterEach(() => vi.restoreAllMocks());

  test('whose storage is full remembers until it goes', () => {
    const full = { getItem: () => null, setItem: () => raise('QuotaExceededError') } as unknown as Storage;
    const ledger = new Ledger(full);
    ledger.add(['a'], AT, new Map([['b', refused('locked')]]));
    expect([...ledger.times.keys(), ...ledger.notKept.keys()]).toEqual(['a', 'b']);
  });

  test('that may not store anything remembers until it goes', () => {
    vi.spyOn(window, 'sessionStorage', 'get').mockImplementation(() => raise('SecurityError'));
    const ledger = new Ledger();
    ledger.add(['a'], AT);
    expect([...ledger.times]).toEqual([['a', AT]]);
    expect([...new Ledger().times]).toEqual([]);
  });
});

function raise(name: string): never {
  throw new DOMException('', name);
}
