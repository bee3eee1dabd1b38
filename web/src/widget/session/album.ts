/** The photos of one session and what was done to them here. No network, no timers. */

import type { Image, Metadata } from '../../contract/api';
import { codeMetadata, type MetadataChange, type WidgetImage } from '../image';
import type { Ledger } from './ledger';
import type { Outbox } from './outbox';
import type { TimelineEntry } from './timeline';

interface Photo {
  image: Image;
  number: number;
  local: boolean;
  derivedFrom?: string;
}

interface Bytes {
  file: File;
  url: string;
}

export class Album {
  #photos: readonly Photo[] = [];
  #count = 0;
  readonly #bytes = new Map<string, Bytes>();
  readonly #failed = new Set<string>();
  /** Removed, and may yet be brought back. */
  readonly #removed = new Set<string>();

  /** Corrections and removals go into the outbox, and show as if the edge had confirmed them. */
  constructor(
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  get images(): WidgetImage[] {
    return this.#photos.filter((photo) => !this.#isRemoved(photo)).map((photo) => this.#view(photo));
  }

  get removed(): WidgetImage[] {
    return this.#photos.filter(({ image }) => this.#removed.has(image.imageId)).map((photo) => this.#view(photo));
  }

  /** Takes the session's list in; what is held here alone stays. Says what changed. */
  take(images: readonly Image[]): TimelineEntry[] {
    const listed = new Set(images.map(({ imageId }) => imageId));
    const earlier = new Map(this.#photos.map((photo) => [photo.image.imageId, photo]));
    const local = this.#photos.filter((photo) => photo.local && !listed.has(photo.image.imageId));
    const happened: TimelineEntry[] = [];
    const remote = images
      .filter(({ imageId }) => !this.outbox.isGone(imageId))
      .map((image): Photo => {
        const known = earlier.get(image.imageId);
        // A list that was asked for before a correction was confirmed is behind it.
        if (known && !known.local && Date.parse(known.image.updatedAt) > Date.parse(image.updatedAt)) return known;
        const number = known?.number ?? ++this.#count;
        if (!known) happened.push({ at: image.uploadedAt, what: 'arrived', photo: number });
        if (image.updatedAt !== (known?.image.updatedAt ?? image.uploadedAt))
          happened.push({ at: image.updatedAt, what: 'described', photo: number });
        return { image, number, local: false };
      });
    const originals = [...local.filter(({ derivedFrom }) => derivedFrom === undefined), ...remote];
    // A derived image follows its original, and goes with it.
    const photos = originals.flatMap((original) => [
      original,
      ...local.filter(({ derivedFrom }) => derivedFrom === original.image.imageId),
    ]);
    const kept = new Set(photos.map(({ image }) => image.imageId));
    for (const { image } of this.#photos) if (!kept.has(image.imageId)) this.#forget(image.imageId);
    this.#photos = photos;
    return happened;
  }

  /** Whether an image's bytes are still to be fetched. */
  wants(id: string): boolean {
    return !this.#bytes.has(id) && this.#find(id) !== undefined;
  }

  keep(id: string, file: File): void {
    this.#failed.delete(id);
    if (this.wants(id)) this.#bytes.set(id, { file, url: URL.createObjectURL(file) });
  }

  fail(id: string): void {
    this.#failed.add(id);
  }

  change(id: string, change: MetadataChange, at: string): TimelineEntry[] {
    const photo = this.#find(id);
    if (!photo) return [];
    // What was derived here the edge never hears of; what is left over it may, if the session turns out to live.
    if (photo.derivedFrom === undefined) this.outbox.correct(id, change);
    else
      this.#replace({
        ...photo,
        image: { ...photo.image, metadata: apply(photo.image.metadata, change), updatedAt: at },
      });
    return photo.local ? [{ at, what: 'described', photo: photo.number }] : [];
  }

  /** The edge has an image with a correction in it. */
  saved(image: Image): TimelineEntry[] {
    const photo = this.#find(image.imageId);
    if (!photo || photo.local) return [];
    this.#replace({ ...photo, image });
    return [{ at: image.updatedAt, what: 'described', photo: photo.number }];
  }

  remove(id: string, at: string): TimelineEntry[] {
    const photo = this.#find(id);
    if (!photo || this.#removed.has(id)) return [];
    this.#removed.add(id);
    return [{ at, what: 'removed', photo: photo.number }];
  }

  restore(id: string, at: string): TimelineEntry[] {
    const photo = this.#find(id);
    return photo && this.#removed.delete(id) ? [{ at, what: 'restored', photo: photo.number }] : [];
  }

  /** Forgets an image and all that was derived from it. */
  drop(id: string): void {
    if (this.#find(id)?.derivedFrom === undefined) this.outbox.remove(id);
    for (const { image, derivedFrom } of this.#photos)
      if (image.imageId === id || derivedFrom === id) this.#forget(image.imageId);
    this.#photos = this.#photos.filter(({ image, derivedFrom }) => image.imageId !== id && derivedFrom !== id);
  }

  isLocal(id: string): boolean {
    return this.#find(id)?.local ?? false;
  }

  /** Puts an image made from another behind it. What was said of that one is true of this one. */
  derive(
    from: string,
    file: File,
    size: { width: number; height: number },
    at: string,
  ): { id: string; happened: TimelineEntry } | undefined {
    const source = this.#find(from);
    if (!source) return undefined;
    const original = source.derivedFrom ?? from;
    const id = crypto
      .getRandomValues(new Uint8Array(16))
      .reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '');
    const metadata = apply(source.image.metadata, this.outbox.correction(from) ?? {});
    const image: Image = {
      imageId: id,
      s3Key: '',
      contentType: file.type,
      size: file.size,
      sha256: '',
      ...size,
      metadata,
      uploadedAt: at,
      updatedAt: at,
    };
    const derived: Photo = { image, number: ++this.#count, local: true, derivedFrom: original };
    const last = this.#photos.findLastIndex(
      ({ image, derivedFrom }) => image.imageId === original || derivedFrom === original,
    );
    this.#photos = this.#photos.toSpliced(last + 1, 0, derived);
    this.keep(id, file);
    return { id, happened: { at, what: 'derived', photo: derived.number } };
  }

  /** The session is over: what is not in the record yet and whose bytes are here stays, on this desktop alone. */
  detach(): void {
    for (const id of this.#removed) this.drop(id);
    const kept = this.#photos.filter(
      ({ image: { imageId } }) => !this.ledger.committedAt(imageId) && !this.wants(imageId),
    );
    const ids = new Set(kept.map(({ image }) => image.imageId));
    const photos = kept.map(
      ({ image, number, derivedFrom }): Photo => ({
        image: { ...image, s3Key: '' },
        number,
        local: true,
        ...(derivedFrom !== undefined && ids.has(derivedFrom) ? { derivedFrom } : {}),
      }),
    );
    for (const { image } of this.#photos) if (!ids.has(image.imageId)) this.#forget(image.imageId);
    this.#photos = photos;
  }

  clear(): void {
    for (const { image } of this.#photos) this.#forget(image.imageId);
    this.#photos = [];
  }

  #find(id: string): Photo | undefined {
    return this.#photos.find(({ image }) => image.imageId === id);
  }

  #isRemoved({ image, derivedFrom }: Photo): boolean {
    return this.#removed.has(image.imageId) || (derivedFrom !== undefined && this.#removed.has(derivedFrom));
  }

  #replace(next: Photo): void {
    this.#photos = this.#photos.map((photo) => (photo.image.imageId === next.image.imageId ? next : photo));
  }

  #view({ image, number, local, derivedFrom }: Photo): WidgetImage {
    const id = image.imageId;
    const bytes = this.#bytes.get(id);
    const said = apply(image.metadata, this.outbox.correction(id) ?? {});
    const committedAt = this.ledger.committedAt(id);
    return {
      id,
      number,
      file: bytes?.file ?? null,
      ...(bytes ? { previewUrl: bytes.url } : {}),
      ...(image.s3Key ? { s3Key: image.s3Key } : {}),
      width: image.width,
      height: image.height,
      uploadedAt: image.uploadedAt,
      metadata: codeMetadata(said),
      said,
      failed: this.#failed.has(id),
      local,
      ...(derivedFrom === undefined ? {} : { derivedFrom }),
      ...(committedAt === undefined ? {} : { committedAt }),
    };
  }

  #forget(id: string): void {
    const bytes = this.#bytes.get(id);
    if (bytes) URL.revokeObjectURL(bytes.url);
    this.#bytes.delete(id);
    this.#failed.delete(id);
    this.#removed.delete(id);
  }
}

function apply(metadata: Metadata, change: MetadataChange): Metadata {
  const fields = Object.entries({ ...metadata, ...change }).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(fields) as Metadata;
}
