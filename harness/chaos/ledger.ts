import type { Image } from '../../web/src/contract/api.ts';
import { ApiError } from '../../web/src/api/client.ts';
import type { Session } from '../people/practice.ts';
import { storedObjects } from '../stack/objects.ts';
import type { Stack } from '../stack/stack.ts';
import { persistently } from './persistently.ts';

const SITES = ['hand', 'nose', 'forearm'] as const;

/** Compares what people did in one session with what the session has. */
export class Ledger {
  /** The number of photos for which somebody pressed Send. */
  sent = 0;
  readonly #since = Date.now();
  readonly #removed = new Set<string>();
  /** The site that the desktop last gave each photo. */
  readonly #sites = new Map<string, string>();
  /** The details that the phone last gave each photo that no desktop has corrected since. */
  readonly #notes = new Map<string, string>();

  constructor(
    readonly session: Session,
    private readonly random: () => number,
  ) {}

  /** Returns how many photos that were sent are missing from the session. */
  async missing(): Promise<number> {
    return this.sent - this.#removed.size - this.#kept(await this.#images()).length;
  }

  /** Returns whether every photo and every correction has arrived. */
  async isComplete(): Promise<boolean> {
    const kept = this.#kept(await this.#images());
    return this.sent - this.#removed.size <= kept.length && kept.every((image) => this.#isLastWord(image));
  }

  /** Removes a photo that has arrived, on the desktop. */
  async remove(): Promise<void> {
    const image = await this.any();
    if (!image) return;
    this.noteRemoval(image.imageId);
    await persistently(() => this.session.remove(image.imageId).catch(ignoreGone));
  }

  /** Corrects a photo that has arrived, on the desktop. */
  async correct(): Promise<void> {
    const image = await this.any();
    if (!image) return;
    const bodySite = this.anySite();
    await persistently(() => this.session.describe(image.imageId, { bodySite }));
    this.noteSite(image.imageId, bodySite);
  }

  noteRemoval(imageId: string): void {
    this.#removed.add(imageId);
  }

  noteSite(imageId: string, bodySite: string): void {
    this.#sites.set(imageId, bodySite);
  }

  /** Notes the details that the phone has for a photo. A desktop's correction counts more. */
  noteRemark(imageId: string, notes: string): void {
    if (!this.#sites.has(imageId)) this.#notes.set(imageId, notes);
  }

  anySite(): string {
    return SITES[Math.floor(this.random() * SITES.length)] ?? SITES[0];
  }

  /**
   * Returns a photo that has arrived. If a desktop is about to correct it while details from the phone are still on
   * their way, either may be stored, so the phone's details are not checked any more.
   */
  async any(): Promise<Image | undefined> {
    const kept = this.#kept(await this.#images());
    const image = kept[Math.floor(this.random() * kept.length)];
    if (image && image.metadata.notes !== this.#notes.get(image.imageId)) this.#notes.delete(image.imageId);
    return image;
  }

  /** Returns each broken rule with the number of photos. Call it after all faults have stopped. */
  async broken(stack: Stack): Promise<string[]> {
    const images = await this.#images();
    const kept = this.#kept(images);
    const objects = await storedObjects(stack, this.session.encounterId);
    const distinct = new Set(kept.map(({ sha256 }) => sha256)).size;
    // A PUT of an earlier test's phone may end late. Its key has the time at which it was reserved.
    const ours = objects.filter(({ key }) => Number(/\/(\d+)_/.exec(key)?.[1]) >= this.#since);
    const orphans = ours.filter(({ key }) => !images.some(({ s3Key }) => s3Key === key));
    const counts = {
      'what was sent arrives': Math.max(0, this.sent - this.#removed.size - distinct),
      'nothing is stored twice': kept.length - distinct,
      'what was removed stays removed': images.length - kept.length,
      'the last word of a person is what is stored': kept.filter((image) => !this.#isLastWord(image)).length,
      'nothing leaves before Send': Math.max(0, kept.length + this.#removed.size - this.sent),
      'no object without a record': orphans.length,
    };
    return Object.entries(counts).flatMap(([sentence, count]) => (count > 0 ? [`${sentence}: ${count}`] : []));
  }

  #isLastWord({ imageId, metadata }: Image): boolean {
    const [site, notes] = [this.#sites.get(imageId), this.#notes.get(imageId)];
    return (site === undefined || metadata.bodySite === site) && (notes === undefined || metadata.notes === notes);
  }

  #kept(images: readonly Image[]): Image[] {
    return images.filter(({ imageId }) => !this.#removed.has(imageId));
  }

  #images(): Promise<Image[]> {
    return persistently(() => this.session.images());
  }
}

/** Ignores that a photo is gone: an earlier removal worked and its response was lost. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && (error.status === 404 || error.status === 410))) throw error;
}
