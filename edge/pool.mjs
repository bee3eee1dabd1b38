// Keeps what is slow to make and used by one request at a time.

/** Thrown by `borrow` when too many wait already. */
export class Busy extends Error {
  name = 'Busy';
}

/** How long `borrow` sleeps before it looks again. */
const WAIT_MS = 1;

/**
 * @template T
 * @typedef {object} Options
 * @property {(...args: any[]) => Promise<T>} make makes one more
 * @property {(one: T) => boolean} good whether one that comes back may be used again
 * @property {number} most how many there may be
 * @property {number} waiting how many requests may wait for one
 * @property {(ms: number) => Promise<void>} sleep
 */

/** @template T */
export class Pool {
  /** @type {Options<T>} */
  #options;
  #alive = 0;
  #waiting = 0;
  /** @type {T[]} */
  #idle = [];

  /** @param {Options<T>} options */
  constructor(options) {
    this.#options = options;
  }

  /** Resolves to one that nothing else uses; it must be given back or dropped. Rejects with Busy. */
  async borrow(...args) {
    const { make, most, waiting, sleep } = this.#options;
    if (this.#idle.length === 0 && this.#alive >= most) {
      if (this.#waiting >= waiting) throw new Busy();
      this.#waiting++;
      try {
        // Poll with this request's own timer: workerd sometimes cancels a request that waits for another one's promise.
        while (this.#idle.length === 0 && this.#alive >= most) await sleep(WAIT_MS);
      } finally {
        this.#waiting--;
      }
    }
    const warm = this.#idle.pop();
    if (warm) return warm;
    this.#alive++;
    try {
      return await make(...args);
    } catch (error) {
      this.#alive--;
      throw error;
    }
  }

  /** Takes one back that works. @param {T} one */
  giveBack(one) {
    if (this.#options.good(one)) this.#idle.push(one);
    else this.#alive--;
  }

  /** Forgets one that failed. */
  drop() {
    this.#alive--;
  }
}
