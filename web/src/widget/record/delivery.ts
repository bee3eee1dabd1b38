/** Hands photos to a host, as one transaction and each by itself, and learns what became of each. */

import type { WidgetImage } from '../image';
import { isCreated, problemOf, taken, type CommitProblem, type Taken } from './results';
import type { Bundle, PhotoResource, PhotoTransaction } from './transaction';

/** One photo of a commit, for records that take photos one by one. */
export interface CommitPhoto {
  image: WidgetImage;
  /** The photo's resource, and those that go with it, for a record that takes resources rather than transactions. */
  resources: readonly PhotoResource[];
  /** A FHIR R4 transaction for this photo alone. Sending it again writes nothing twice. */
  bundle: Bundle;
  /**
   * Says how this photo fares: it is in the record once `promise` resolves. If it rejects, or resolves to a
   * `Response` that is not ok or to an `OperationOutcome` with an error, the photo shows the reason and can be tried
   * again. The others do not depend on it. Call it while the event is dispatched, or before `waitUntil`'s promise ends.
   *
   * A `Response` with status 201, a transaction's response with 201 for every entry, or `{ created: true }` says that
   * the record did not have the photo before. Without it, a photo whose earlier attempt may have succeeded counts as
   * one that the record has with the details of that attempt.
   */
  keep(promise: PromiseLike<unknown>): void;
}

/** What became of a commit. */
export interface Outcome {
  /** Ids of the photos that are in the record. */
  kept: readonly string[];
  /** Those of them that the record did not have before, as far as the host says so. */
  created: readonly string[];
  /** Why each of the others is not. */
  failed: ReadonlyMap<string, CommitProblem>;
}

/** Collects what a host says about each photo. */
export class Delivery {
  readonly photos: readonly CommitPhoto[];
  readonly #reports = new Map<string, Promise<Taken>[]>();
  #isOver = false;

  constructor(photos: readonly PhotoTransaction[]) {
    this.photos = photos.map(({ image, bundle }) => ({
      image,
      resources: bundle.entry?.flatMap(({ resource }) => resource ?? []) ?? [],
      bundle,
      keep: (promise) => this.#keep(image.id, promise),
    }));
  }

  /**
   * Waits for every report.
   * @param whole the host's report on the whole transaction: it counts for photos without a report
   */
  async outcome(whole: PromiseLike<unknown>): Promise<Outcome> {
    const [rest] = await Promise.allSettled([whole]);
    this.#isOver = true;
    const [kept, created]: [string[], string[]] = [[], []];
    const failed = new Map<string, CommitProblem>();
    for (const { image } of this.photos) {
      const reports = this.#reports.get(image.id);
      const results = reports ? await Promise.allSettled(reports) : [rest];
      const rejected = results.find((result) => result.status === 'rejected');
      if (rejected) failed.set(image.id, problemOf(rejected.reason));
      else kept.push(image.id);
      if (results.every((result) => result.status === 'fulfilled' && isCreated(result.value))) created.push(image.id);
    }
    return { kept, created, failed };
  }

  #keep(id: string, promise: PromiseLike<unknown>): void {
    if (this.#isOver) throw new DOMException('keep was called after the commit', 'InvalidStateError');
    const report = taken(promise);
    // `outcome` looks at it later. Until then it must not count as a rejection that was forgotten.
    report.catch(() => undefined);
    this.#reports.set(id, [...(this.#reports.get(id) ?? []), report]);
  }
}
