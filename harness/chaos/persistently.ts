import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 20;
const WAIT_MS = 100;

/** Repeats a call of the desktop, because the faults also affect the desktop. */
export async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(WAIT_MS);
    }
  }
}
