/**
 * What the edge is still to be told of one encounter's photos: corrections and
 * removals. It outlives the screen that they were made on: what is on its way
 * when another patient is opened goes on being sent, for about a minute.
 */

import { ApiError } from '../../api/client';
import * as edge from '../../api/desktop';
import type { Image } from '../../contract/api';
import type { MetadataChange } from '../image';
import { OVER } from './api';

/** Waits between the tries once nobody attends. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000] as const;

/** Who shows the photos. */
export interface Attendant {
  /** The edge took a correction in: this is how the image is now. */
  corrected(image: Image): void;
  /** A call failed. What was refused for good has been taken back; anything else waits to be sent again. */
  failed(error: unknown): void;
  /** The session was opened anew while something was sent, which may have to be sent again. */
  outdated(): void;
}

/** Those whose screen is gone and that still have something to send. */
const left = new Set<Outbox>();

export class Outbox {
  readonly #corrections = new Map<string, MetadataChange>();
  /** Removed for good. A list that was asked for before may still name them. */
  readonly #gone = new Set<string>();
  /** Those of them that the edge has not removed yet. */
  readonly #removals = new Set<string>();
  /** One call at a time for each image, so that they arrive in their order. */
  readonly #sending = new Map<string, Promise<void>>();
  #access: edge.DesktopAccess | null = null;
  #attendant: Attendant | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The outbox that an encounter's last screen left behind, else an empty one. */
  static of({ apiBase, encounterId }: edge.DesktopAccess): Outbox {
    const earlier = [...left].find(
      (outbox) => outbox.#access?.apiBase === apiBase && outbox.#access.encounterId === encounterId,
    );
    return earlier ?? new Outbox();
  }

  /** Sends from now on with `access`, and tells `attendant`. */
  attend(access: edge.DesktopAccess, attendant: Attendant): void {
    left.delete(this);
    clearTimeout(this.#timer);
    this.#access = access;
    this.#attendant = attendant;
  }

  /** Holds everything until it is attended again. */
  suspend(): void {
    this.#access = null;
  }

  /** Nobody attends any more: the rest is sent from here, or given up after some tries. */
  leave(): void {
    this.#attendant = null;
    if (!this.#access || this.pending.length === 0) return;
    left.add(this);
    void this.#sendRest(0);
  }

  async #sendRest(tries: number): Promise<void> {
    await Promise.all(this.pending.map((id) => this.send(id)));
    if (!left.has(this)) return;
    const wait = WAITS_MS[tries];
    if (this.pending.length === 0 || wait === undefined) left.delete(this);
    else this.#timer = setTimeout(() => void this.#sendRest(tries + 1), wait);
  }

  /** What the edge has not confirmed of an image's metadata. */
  correction(id: string): MetadataChange | undefined {
    return this.#corrections.get(id);
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The images of which the edge is to be told something. */
  get pending(): string[] {
    return [...this.#corrections.keys(), ...this.#removals];
  }

  correct(id: string, change: MetadataChange): void {
    this.#corrections.set(id, { ...this.#corrections.get(id), ...change });
  }

  remove(id: string): void {
    this.#corrections.delete(id);
    this.#gone.add(id);
    this.#removals.add(id);
  }

  /** Tells the edge all that is pending of one image. Never rejects. */
  send(id: string): Promise<void> {
    const access = this.#access;
    const earlier = this.#sending.get(id);
    if (earlier || !access) return earlier ?? Promise.resolve();
    const sent = this.#send(access, id).then(() => {
      this.#sending.delete(id);
      if (this.#access !== access && this.pending.includes(id)) this.#attendant?.outdated();
    });
    this.#sending.set(id, sent);
    return sent;
  }

  async #send(access: edge.DesktopAccess, id: string): Promise<void> {
    try {
      for (let change: MetadataChange | undefined; this.#access === access && (change = this.#corrections.get(id)); ) {
        const image = await edge.correctImage(access, id, change);
        if (this.#access !== access) break;
        this.#confirm(id, change);
        this.#attendant?.corrected(image);
      }
      if (this.#access === access && this.#removals.has(id)) {
        await edge.removeImage(access, id);
        if (this.#access === access) this.#removals.delete(id);
      }
    } catch (error) {
      if (this.#access === access) this.#fail(id, error);
    }
  }

  /** What was changed since it was sent stays to be sent. */
  #confirm(id: string, sent: MetadataChange): void {
    const waiting = Object.entries(this.#corrections.get(id) ?? {}).filter(
      ([field, value]) => sent[field as keyof MetadataChange] !== value,
    );
    if (waiting.length > 0) this.#corrections.set(id, Object.fromEntries(waiting));
    else this.#corrections.delete(id);
  }

  #fail(id: string, error: unknown): void {
    const passing =
      error instanceof ApiError && (error.retryable || (this.#attendant !== null && OVER.has(error.code)));
    if (!passing) {
      this.#corrections.delete(id);
      const isThere = !(error instanceof ApiError && error.code === 'image_not_found');
      if (this.#removals.delete(id) && isThere) this.#gone.delete(id);
    }
    this.#attendant?.failed(error);
  }
}
