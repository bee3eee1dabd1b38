/** `photobridge.debug()`: the queue as plain data for an issue, in development builds only (docs/debugging.md). */

import type { PhotoSnapshot } from '../contract/engine';
import type { State } from './model';

interface StoredRecords {
  records: number;
  bytes: number;
}

/** Describes the page without names, notes, ids, tokens or images. */
export function describe({ screen, engine, snapshot, decoder }: State): object {
  return {
    screen,
    engine,
    decoder,
    queue: snapshot && {
      phase: snapshot.phase,
      problem: snapshot.problem?.code,
      durable: snapshot.durable,
      states: countStates(snapshot.photos),
      sentBytes: snapshot.sentBytes,
      totalBytes: snapshot.totalBytes,
      secondsLeft: snapshot.secondsLeft,
      confirmed: snapshot.imageCount,
      maxImages: snapshot.maxImages,
      otherSessions: snapshot.waiting?.map(({ photos, expiresAt }) => ({ photos, expiresAt })),
      eraseAt: snapshot.eraseAt,
      erased: snapshot.erased,
    },
    photos: snapshot?.photos.map((photo, i) => ({
      number: i + 1,
      source: photo.source,
      state: photo.state,
      originalBytes: photo.originalBytes,
      bytes: photo.bytes,
      size: `${photo.width} × ${photo.height}`,
      sentBytes: photo.sentBytes,
      warnings: photo.warnings,
      correction: photo.correction,
      problem: photo.problem?.code,
      retryAt: photo.retryAt,
      confirmedAt: photo.confirmedAt,
    })),
  };
}

function countStates(photos: readonly PhotoSnapshot[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of photos) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** Counts what the journal stores. The records are encrypted, so their content cannot be shown. */
async function readJournal(): Promise<StoredRecords | string> {
  const databases = await indexedDB.databases();
  // Opening a database that does not exist would create an empty one, which the engine could not use.
  if (!databases.some(({ name }) => name === 'photobridge')) return 'none';
  const database = await settled(indexedDB.open('photobridge'));
  try {
    const values = await settled(database.transaction('journal').objectStore('journal').getAll());
    const bytes = values.reduce((sum, value) => sum + (value instanceof ArrayBuffer ? value.byteLength : 0), 0);
    return { records: values.length, bytes };
  } finally {
    database.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

/** Adds `photobridge.debug()` to the console. */
export function installDebug(state: () => State): void {
  const debug = async (): Promise<object> => ({
    ...describe(state()),
    journal: await readJournal().catch((error: unknown) => String(error)),
  });
  Object.assign(globalThis, { photobridge: { debug } });
}
