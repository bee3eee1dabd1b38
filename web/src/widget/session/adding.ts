/** Photos that are added on this desktop. What that takes is loaded with the first of them. */

import type { Adder } from './adder';
import type { AddingPhoto } from './api';
import type { AddingWorld, Chosen } from './chosen';
import type { State } from './model';

export class Adding {
  #adder: Adder | undefined;
  /** Files that wait for the adder. */
  #waiting: readonly Chosen[] = [];

  constructor(private readonly world: AddingWorld) {}

  /** Resolves when the photos are in work, or are shown as failed. */
  async add(chosen: readonly Chosen[]): Promise<void> {
    this.#waiting = [...this.#waiting, ...chosen];
    await this.#handOver();
  }

  /** Tries a failed photo again. */
  retry(id: string): void {
    if (this.#adder) this.#adder.retry(id);
    else void this.#handOver();
  }

  /** Takes a photo back that has not arrived. */
  drop(id: string): void {
    this.#waiting = this.#waiting.filter(({ view }) => view.id !== id);
    if (this.#adder) this.#adder.drop(id);
    else this.world.show(this.#waiting.map(failed));
  }

  /** Takes notice of the session's state. */
  follow(state: State): void {
    this.#adder?.follow(state);
  }

  /** Forgets everything. */
  close(): void {
    this.#waiting = [];
    this.#adder?.close();
    this.#adder = undefined;
  }

  async #handOver(): Promise<void> {
    if (!this.#adder) {
      this.world.show(this.#waiting.map(({ view }) => view));
      const module = await import('./adder').catch(() => undefined);
      // Closed or taken back meanwhile.
      if (this.#waiting.length === 0) return;
      if (!module) return this.world.show(this.#waiting.map(failed));
      this.#adder ??= new module.Adder(this.world);
    }
    const chosen = this.#waiting;
    this.#waiting = [];
    this.#adder.add(chosen);
  }
}

function failed({ view }: Chosen): AddingPhoto {
  return { ...view, state: 'failed', problem: { code: 'engine_failed', retryable: true } };
}
