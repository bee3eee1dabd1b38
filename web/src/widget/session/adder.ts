/**
 * Adds photos as the phone does: its engine prepares and sends them. It runs in a frame while photos are being added.
 * Photos that have not arrived are nowhere but in this page's memory.
 */

import type { PhotoSnapshot, Snapshot } from '../../contract/engine';
import type { AddingWorld, Chosen } from './chosen';
import type { AddingPhoto, AddingProblem } from './api';
import { EngineFrame, type EngineEvent } from './frame';
import type { State } from './model';

export class Adder {
  /** Those that have not arrived. */
  readonly #chosen = new Map<string, Chosen>();
  #frame: EngineFrame | undefined;
  /** The ids that the frame's engine has. */
  readonly #given = new Set<string>();
  /** With which token the engine works. */
  #token: string | undefined;
  #snapshot: Snapshot | undefined;
  /** Why the engine does not run. */
  #failure: AddingProblem | undefined;
  readonly #confirmed = new Set<string>();

  constructor(private readonly world: AddingWorld) {}

  add(chosen: readonly Chosen[]): void {
    for (const one of chosen) this.#chosen.set(one.view.id, one);
    this.#failure = undefined;
    this.#advance();
    this.#show();
  }

  retry(id: string): void {
    const hasFailed = this.#failure !== undefined;
    this.#failure = undefined;
    this.#advance();
    if (!hasFailed) this.#frame?.send({ type: 'retry', id });
    this.#show();
  }

  drop(id: string): void {
    this.#chosen.delete(id);
    this.#frame?.send({ type: 'remove', id });
    this.#settle();
  }

  /** Photos that are listed are not being added any more. The others continue after the session was opened again. */
  follow({ access, album }: State): void {
    const before = this.#chosen.size;
    for (const { image } of album.photos) this.#chosen.delete(image.imageId);
    if (this.#chosen.size !== before) this.#settle();
    if (access && !this.#failure && access.desktopToken !== this.#token) this.#advance();
  }

  close(): void {
    this.#chosen.clear();
    this.#end();
  }

  #settle(): void {
    if (this.#chosen.size === 0) this.#end();
    this.#show();
  }

  #end(): void {
    this.#frame?.close();
    this.#frame = undefined;
    this.#token = undefined;
    this.#snapshot = undefined;
    this.#given.clear();
  }

  /** Gives the engine what it does not have: the session, and photos. */
  #advance(): void {
    const [session, origin] = [this.world.grant(), this.world.origin()];
    if (!session || this.#chosen.size === 0) return;
    const frame = (this.#frame ??= new EngineFrame(origin, (event) => this.#hear(event)));
    if (this.#token !== session.uploadToken) {
      this.#token = session.uploadToken;
      frame.send({ type: 'open', apiBase: origin, session });
    }
    const missing = [...this.#chosen].filter(([id]) => !this.#given.has(id));
    for (const [id, { file, view, consentAt }] of missing) {
      this.#given.add(id);
      frame.send({ type: 'add', id, name: view.name, source: 'gallery', file });
      if (consentAt !== null) frame.send({ type: 'describe', id, metadata: { consentAt } });
    }
    if (missing.length > 0) frame.send({ type: 'upload', ids: missing.map(([id]) => id) });
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'failed') {
      this.#end();
      this.#failure = { code: event.code, retryable: event.code !== 'engine_unsupported' };
    } else if (event.type === 'snapshot') {
      this.#snapshot = event.snapshot;
      this.#notice(event.snapshot.photos);
    } else return;
    this.#show();
  }

  #notice(photos: readonly PhotoSnapshot[]): void {
    for (const { id, state } of photos) {
      // The list that names it may have come and gone: another desktop removed it.
      if (state === 'removed') this.#chosen.delete(id);
      if (state !== 'confirmed' || this.#confirmed.has(id)) continue;
      this.#confirmed.add(id);
      this.world.arrived();
    }
    if (this.#chosen.size === 0) this.#end();
  }

  #show(): void {
    const known = new Map(this.#snapshot?.photos.map((photo) => [photo.id, photo]));
    this.world.show([...this.#chosen].map(([id, { view }]) => this.#viewOf(view, known.get(id))));
  }

  #viewOf(view: AddingPhoto, photo: PhotoSnapshot | undefined): AddingPhoto {
    if (this.#failure) return { ...view, state: 'failed', problem: this.#failure };
    if (!photo) return view;
    if (photo.state === 'failed') return { ...view, state: 'failed', problem: photo.problem ?? null };
    return {
      ...view,
      state: STATES[photo.state] ?? 'preparing',
      share: photo.bytes > 0 ? photo.sentBytes / photo.bytes : 0,
      problem: this.#snapshot?.problem ?? null,
    };
  }
}

const STATES: Partial<Record<PhotoSnapshot['state'], AddingPhoto['state']>> = {
  ready: 'waiting',
  queued: 'waiting',
  signing: 'waiting',
  sending: 'sending',
  confirming: 'sending',
  confirmed: 'sending',
};
