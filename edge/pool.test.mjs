import { expect, test } from 'vitest';
import { Busy, Pool } from './pool.mjs';

/** A pool of numbers in which nothing sleeps for long. */
function poolOf(most, waiting, good = () => true) {
  let made = 0;
  return new Pool({
    make: async () => ++made,
    good,
    most,
    waiting,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 0)),
  });
}

test('as many as allowed are made, and used again', async () => {
  const pool = poolOf(2, 10);
  expect([await pool.borrow(), await pool.borrow()]).toEqual([1, 2]);
  pool.giveBack(1);
  expect(await pool.borrow()).toBe(1);
});

test('requests wait in a line that ends', async () => {
  const pool = poolOf(1, 2);
  const first = await pool.borrow();
  const waiting = [pool.borrow(), pool.borrow()];
  await expect(pool.borrow()).rejects.toBeInstanceOf(Busy);
  pool.giveBack(first);
  expect(await waiting[0]).toBe(first);
  pool.giveBack(first);
  expect(await waiting[1]).toBe(first);
  // The line is empty again.
  const next = pool.borrow();
  pool.giveBack(first);
  expect(await next).toBe(first);
});

test('what ended, failed or could not be made gives its place to another', async () => {
  const pool = poolOf(1, 0, (one) => one !== 1);
  pool.giveBack(await pool.borrow());
  expect(await pool.borrow()).toBe(2);
  pool.drop();
  expect(await pool.borrow()).toBe(3);

  let fails = true;
  const broken = new Pool({
    make: async () => {
      if (fails) throw new Error('no memory');
      return 'made';
    },
    good: () => true,
    most: 1,
    waiting: 0,
    sleep: async () => {},
  });
  await expect(broken.borrow()).rejects.toThrow('no memory');
  fails = false;
  expect(await broken.borrow()).toBe('made');
});
