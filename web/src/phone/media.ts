/**
 * Files and pictures, kept outside the state: the chosen files until the
 * engine has them, object URLs until they are released. Thumbnails are made
 * one at a time, so that 20 big photos are never decoded at once.
 */

import type { Picture } from './model';
import { thumbnail } from './thumbnail';

/** How long the engine has to show its own picture before we decode the original. */
const PATIENCE_MS = 600;

export class Media {
  readonly #files = new Map<string, Blob>();
  readonly #urls = new Map<string, string[]>();
  readonly #previewed = new Set<string>();
  #queue: Promise<void> = Promise.resolve();

  constructor(private readonly pictured: (id: string, picture: Picture) => void) {}

  /** Keeps a chosen file and shows it soon. */
  keep(id: string, file: Blob): void {
    this.#files.set(id, file);
    setTimeout(() => {
      if (this.#files.has(id) && !this.#previewed.has(id)) this.#thumb(id, file);
    }, PATIENCE_MS);
  }

  file(id: string): Blob | undefined {
    return this.#files.get(id);
  }

  /** The compressed photo has arrived. It replaces the original on the screen. */
  preview(id: string, jpeg: Blob): void {
    this.#previewed.add(id);
    this.pictured(id, { preview: this.#url(id, jpeg) });
    this.#thumb(id, jpeg);
  }

  release(id: string): void {
    this.#files.delete(id);
    this.#previewed.delete(id);
    for (const url of this.#urls.get(id) ?? []) URL.revokeObjectURL(url);
    this.#urls.delete(id);
  }

  releaseAll(): void {
    for (const id of new Set([...this.#files.keys(), ...this.#urls.keys(), ...this.#previewed])) this.release(id);
  }

  #url(id: string, blob: Blob): string {
    const url = URL.createObjectURL(blob);
    this.#urls.set(id, [...(this.#urls.get(id) ?? []), url]);
    return url;
  }

  #thumb(id: string, source: Blob): void {
    this.#queue = this.#queue.then(async () => {
      const small = await thumbnail(source);
      const wanted = this.#files.has(id) || this.#previewed.has(id);
      // A browser that cannot shrink it may still show it whole, once it is a JPEG.
      const picture = small ?? (this.#previewed.has(id) ? source : undefined);
      if (wanted && picture) this.pictured(id, { thumb: this.#url(id, picture) });
    });
  }
}
