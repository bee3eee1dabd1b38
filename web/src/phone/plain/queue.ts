/**
 * The plain way, for a browser that runs no WebAssembly: encode once, sign,
 * PUT, confirm, one photo after the other. No journal and three tries; the
 * edge's limits hold as ever. It speaks the engine's contract, so the page is
 * the same.
 */

import { ApiError, confirm, presign } from '../../api/client';
import type { Metadata, TokenResponse } from '../../contract/api';
import type { Command, EngineProblem, Message, PhotoSnapshot, QueuePhase, Snapshot } from '../../contract/engine';
import type { Engine } from '../../../../wasm/browser/lazy';
import { canvasIsHonest, encode, PlainError, type Encoded } from './encode';
import { put } from './put';

const TRIES = 3;
const FIRST_WAIT_MS = 1_000;

interface Job {
  snapshot: PhotoSnapshot;
  file: Blob;
  encoded?: Encoded;
  abort?: AbortController;
  /** The person pressed Upload for it. */
  asked: boolean;
}

/** Starts the plain way; `fatal` where it cannot work either. */
export function startPlain(onMessage: (message: Message) => void): Engine {
  const queue = new PlainQueue(onMessage);
  queueMicrotask(() => {
    if (!crypto.subtle || !canvasIsHonest())
      onMessage({ type: 'fatal', detail: 'This browser cannot prepare photos.' });
    else onMessage({ type: 'ready', version: 'plain' });
  });
  return { send: (command) => queue.receive(command), stop: () => queue.stop() };
}

class PlainQueue {
  #session: TokenResponse | undefined;
  #apiBase = '';
  #jobs = new Map<string, Job>();
  #imageCount = 0;
  #running = false;
  #paused = false;
  #over: EngineProblem | undefined;

  constructor(private readonly onMessage: (message: Message) => void) {}

  receive(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#session = command.session;
        this.#apiBase = command.apiBase;
        this.#imageCount = command.session.imageCount;
        this.#over = undefined;
        break;
      case 'add':
        this.#jobs.set(command.id, { snapshot: chosen(command), file: command.file, asked: false });
        break;
      case 'describe': {
        const job = this.#jobs.get(command.id);
        if (job && job.snapshot.state !== 'confirmed') this.#set(job, { metadata: command.metadata });
        break;
      }
      case 'remove':
        this.#jobs.get(command.id)?.abort?.abort();
        this.#jobs.delete(command.id);
        break;
      case 'upload':
        this.#paused = false;
        for (const job of this.#jobs.values())
          if (job.snapshot.state !== 'cancelled' && job.snapshot.state !== 'failed') this.#ask(job);
        break;
      case 'retry':
        this.#paused = false;
        for (const job of this.#jobs.values()) {
          const stuck =
            job.snapshot.state === 'cancelled' || (job.snapshot.state === 'failed' && job.snapshot.problem?.retryable);
          if (stuck && (command.id === undefined || command.id === job.snapshot.id)) this.#ask(job);
        }
        break;
      case 'cancel': {
        const job = this.#jobs.get(command.id);
        job?.abort?.abort();
        if (job && job.snapshot.state !== 'confirmed') this.#set(job, { state: 'cancelled', sentBytes: 0 });
        break;
      }
      case 'pause':
        this.#paused = true;
        break;
      case 'forget':
        this.stop();
        break;
      case 'lifecycle':
        break;
    }
    this.#report();
    void this.#run();
  }

  stop(): void {
    for (const job of this.#jobs.values()) job.abort?.abort();
    this.#jobs.clear();
  }

  #ask(job: Job): void {
    job.asked = true;
    if (job.snapshot.state === 'confirmed') return;
    const { problem: _, ...rest } = job.snapshot;
    job.snapshot = { ...rest, state: job.encoded ? 'queued' : 'chosen', sentBytes: 0 };
  }

  /** Works until nothing is left to do: first the pixels, then the sending. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let job = this.#next(); job; job = this.#next()) {
        await this.#attempt(job, job.encoded ? () => this.#deliver(job) : () => this.#prepare(job));
      }
    } finally {
      this.#running = false;
      this.#report();
    }
  }

  #next(): Job | undefined {
    if (!this.#session || this.#over) return undefined;
    const jobs = [...this.#jobs.values()];
    const raw = jobs.find((job) => job.snapshot.state === 'chosen');
    return (
      raw ??
      (this.#paused
        ? undefined
        : jobs.find((job) => job.asked && (job.snapshot.state === 'ready' || job.snapshot.state === 'queued')))
    );
  }

  async #attempt(job: Job, work: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      job.abort = new AbortController();
      try {
        return await work();
      } catch (error) {
        if (job.abort.signal.aborted || !this.#jobs.has(job.snapshot.id)) return;
        const problem = toProblem(error);
        if (problem.code === 'session_expired' || problem.code === 'unauthorized') {
          this.#over = problem;
          return this.#set(job, { state: 'queued', sentBytes: 0 });
        }
        if (!problem.retryable || attempt === TRIES) return this.#set(job, { state: 'failed', sentBytes: 0, problem });
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (attempt - 1)));
      }
    }
  }

  async #prepare(job: Job): Promise<void> {
    this.#set(job, { state: 'compressing' });
    const encoded = await encode(job.file, this.#session?.limits.maxImageBytes ?? 0);
    const { jpeg, width, height } = encoded;
    job.encoded = encoded;
    if (job.abort?.signal.aborted) return;
    this.onMessage({ type: 'preview', id: job.snapshot.id, jpeg });
    this.#set(job, { state: job.asked ? 'queued' : 'ready', bytes: jpeg.size, width, height });
  }

  async #deliver(job: Job): Promise<void> {
    const session = this.#session;
    if (!session || !job.encoded) return;
    const { jpeg, width, height, sha256 } = job.encoded;
    const imageId = job.snapshot.id;
    this.#set(job, { state: 'signing', sentBytes: 0 });
    const image = { imageId, contentType: 'image/jpeg', size: jpeg.size, sha256 };
    const signed = await presign(
      this.#apiBase,
      { encounterId: session.encounterId, images: [image] },
      session.uploadToken,
    );
    const target = signed.images[0];
    if (!target || !job.abort) throw new ApiError('internal', 'No address to upload to.', 200);
    this.#set(job, { state: 'sending' });
    await put(target.uploadUrl, target.headers, jpeg, job.abort.signal, (sentBytes) => this.#set(job, { sentBytes }));
    this.#set(job, { state: 'confirming', sentBytes: jpeg.size });
    const said: Metadata = job.snapshot.metadata;
    const request = { encounterId: session.encounterId, imageId, s3Key: target.s3Key, width, height, metadata: said };
    const done = await confirm(this.#apiBase, request, session.uploadToken);
    this.#imageCount = done.imageCount;
    this.#set(job, { state: 'confirmed', confirmedAt: done.image.uploadedAt });
  }

  #set(job: Job, change: Partial<PhotoSnapshot>): void {
    job.snapshot = { ...job.snapshot, ...change };
    this.#report();
  }

  #report(): void {
    if (!this.#session) return;
    const photos = [...this.#jobs.values()].map((job) => job.snapshot);
    const asked = [...this.#jobs.values()]
      .filter((job) => job.asked && job.snapshot.state !== 'cancelled')
      .map((job) => job.snapshot);
    const snapshot: Snapshot = {
      phase: this.#phase(asked),
      photos,
      sentBytes: asked.reduce((sum, photo) => sum + photo.sentBytes, 0),
      totalBytes: asked.reduce((sum, photo) => sum + (photo.bytes || photo.originalBytes), 0),
      durable: false,
      imageCount: this.#imageCount,
      maxImages: this.#session.maxImages,
      ...(this.#over ? { problem: this.#over } : {}),
    };
    this.onMessage({ type: 'snapshot', snapshot });
  }

  #phase(asked: readonly PhotoSnapshot[]): QueuePhase {
    if (this.#over) return 'stopped';
    if (asked.length === 0) return 'idle';
    if (asked.every((photo) => photo.state === 'confirmed')) return 'done';
    return this.#paused ? 'paused' : this.#running ? 'uploading' : 'waiting';
  }
}

function chosen({ id, name, source, file }: Extract<Command, { type: 'add' }>): PhotoSnapshot {
  return {
    id,
    name,
    source,
    state: 'chosen',
    originalBytes: file.size,
    bytes: 0,
    width: 0,
    height: 0,
    sentBytes: 0,
    warnings: [],
    metadata: {},
  };
}

function toProblem(error: unknown): EngineProblem {
  if (error instanceof ApiError || error instanceof PlainError)
    return { code: error.code, detail: error.message, retryable: error.retryable };
  return { code: 'internal', detail: String(error), retryable: true };
}
