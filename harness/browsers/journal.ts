import type { Page } from '@playwright/test';

const NEXT_WRITE_MS = 100;

/**
 * Resolves when the engine has written every command to its journal. A read waits for the writes before it;
 * two equal reads had no write between them.
 */
export async function untilWritten(page: Page): Promise<void> {
  for (let before = await page.evaluate(journal); ; ) {
    await page.waitForTimeout(NEXT_WRITE_MS);
    const now = await page.evaluate(journal);
    if (now === before) return;
    before = now;
  }
}

/** Runs in the page: returns all keys and values of the engine's database as one Latin-1 text. */
export async function journal(): Promise<string> {
  const settled = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const db = await settled(indexedDB.open('photobridge', 1));
  const store = db.transaction('journal').objectStore('journal');
  const [keys, values] = await Promise.all([
    settled(store.getAllKeys()),
    settled(store.getAll() as IDBRequest<ArrayBuffer[]>),
  ]);
  db.close();
  let text = keys.join('');
  for (const value of values) {
    const bytes = new Uint8Array(value);
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  }
  return text;
}
