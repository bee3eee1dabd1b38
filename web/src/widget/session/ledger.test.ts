// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
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

test.each(['5', '{', '[["a"]]', '[["a",{"code":5}]]', '[["a",null]]', 'null'])(
  'a storage with %s in it is empty',
  (garbage) => {
    sessionStorage.setItem('photobridge:committed', garbage);
    sessionStorage.setItem('photobridge:not-committed', garbage);
    const ledger = new Ledger();
    expect([...ledger.times, ...ledger.notKept]).toEqual([]);
  },
);
