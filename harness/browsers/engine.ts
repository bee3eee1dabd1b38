import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import type { Message, PhotoSnapshot, Warning } from '../../web/src/contract/engine.ts';
import { FALSIFY } from '../faults/falsify.ts';
import type { Stack } from '../stack/stack.ts';

const assets = fileURLToPath(new URL('../../web/dist/assets', import.meta.url));

export type Canvas = 'honest' | 'falsified';

export interface Compressed {
  jpeg: Buffer;
  width: number;
  height: number;
  warnings: Warning[];
}

/** The engine's worker alone, as built and as served, in a browser with an honest canvas or a falsified one. */
export class Engine {
  private constructor(
    readonly page: Page,
    readonly fetched: string[],
  ) {}

  static async open(browser: Browser, stack: Stack, canvas: Canvas = 'honest'): Promise<Engine> {
    const script = readdirSync(assets).find((name) => /^worker-.*\.js$/.test(name));
    if (!script) throw new Error('the engine is not built');
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const fetched: string[] = [];
    context.on('request', (request) => void fetched.push(new URL(request.url()).pathname));
    if (canvas === 'falsified') {
      await context.route(`**/${script}`, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: FALSIFY + (await response.text()) });
      });
    }
    const page = await context.newPage();
    await context.route(/\.wasm$/, async (route) => {
      // A worker that was taken back, or closed with its page, has nothing to remember.
      const gone = (): void => undefined;
      await Promise.all(page.workers().map((worker) => worker.evaluate(rememberProgram).catch(gone)));
      await route.continue().catch(gone);
    });
    await page.goto(`${stack.edge}/manifest.webmanifest`);
    await page.evaluate(start, `/assets/${script}`);
    return new Engine(page, fetched);
  }

  /**
   * Resolves with the photo as it would be sent; rejects with the engine's code and sentence. Takes the photo back
   * then: the next one may be the same.
   */
  async compress(file: string | Buffer): Promise<Compressed> {
    const id = await this.add(typeof file === 'string' ? readFileSync(file) : file);
    try {
      const { base64, ...rest } = await this.page.evaluate((which) => window.engine.result(which), id);
      return { jpeg: Buffer.from(base64, 'base64'), ...rest };
    } finally {
      await this.remove(id);
    }
  }

  /** Has the page keep a photo under a name, and no more of it than its bytes. */
  async hold(name: string, bytes: Buffer): Promise<void> {
    await this.page.evaluate(([what, base64]) => window.engine.hold(what, base64), [
      name,
      bytes.toString('base64'),
    ] as const);
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('HeapProfiler.collectGarbage');
    await session.detach();
  }

  /** Compresses a photo that the page holds, and takes it back when it is done. Resolves with its size in pixels. */
  compressHeld(name: string): Promise<{ width: number; height: number }> {
    return this.page.evaluate((what) => window.engine.compressHeld(what), name);
  }

  /** Hands over a photo and returns its id. */
  add(bytes: Buffer): Promise<string> {
    return this.page.evaluate((base64) => window.engine.add(base64), bytes.toString('base64'));
  }

  remove(id: string): Promise<void> {
    return this.page.evaluate((which) => window.engine.remove(which), id);
  }

  /** The memory of the engine's WebAssembly programs that run now, in MB. */
  async programMemory(): Promise<number> {
    const bytes = await Promise.all(
      this.page
        .workers()
        .map((worker) => worker.evaluate(() => (globalThis as Remembering).programMemory?.buffer.byteLength ?? 0)),
    );
    return bytes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
  }

  /** Whether a file of that name was fetched. */
  hasFetched(name: RegExp): boolean {
    return this.fetched.some((path) => name.test(path));
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

declare global {
  interface Window {
    engine: {
      hold(name: string, base64: string): void;
      compressHeld(name: string): Promise<{ width: number; height: number }>;
      add(base64: string): string;
      remove(id: string): void;
      result(id: string): Promise<{ base64: string; width: number; height: number; warnings: Warning[] }>;
    };
  }
}

type Remembering = typeof globalThis & { programMemory?: WebAssembly.Memory | undefined };

/** Runs in a worker before its program is loaded. */
function rememberProgram(): void {
  const worker = globalThis as Remembering;
  if ('programMemory' in worker) return;
  worker.programMemory = undefined;
  const instantiate = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (...what) => {
    const program = await instantiate(...what);
    worker.programMemory = program.instance.exports.mem as WebAssembly.Memory;
    return program;
  };
}

/** Runs in the page. */
function start(script: string): void {
  const worker = new Worker(script, { type: 'module' });
  const ready = new Promise<void>((resolve) =>
    worker.addEventListener('message', ({ data }: MessageEvent<Message>) => data.type === 'ready' && resolve()),
  );
  const send = (command: unknown): void => void ready.then(() => worker.postMessage(command));
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  send({
    type: 'open',
    apiBase: location.origin,
    session: {
      encounterId: 'enc-engine',
      patientId: 'p',
      patientLabel: '',
      facilityId: 'f',
      uploadToken: 'none',
      journalKey: btoa('0'.repeat(32)),
      sessionExpiresAt: hour,
      maxImages: 20,
      imageCount: 0,
      limits: { maxImageBytes: 1_000_000 },
      consent: 'off',
    },
  });
  const previews = new Map<string, Blob>();
  let photos: PhotoSnapshot[] = [];
  const waiting = new Set<() => void>();
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'preview') previews.set(data.id, data.jpeg);
    if (data.type === 'snapshot') photos = data.snapshot.photos;
    for (const look of waiting) look();
  };
  const held = new Map<string, Blob>();
  // Not by fetching a data: URL, which the page's policy forbids.
  const blobOf = (base64: string): Blob =>
    new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
  const add = (file: Blob): string => {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
    send({ type: 'add', id, name: 'photo.jpg', source: 'gallery', file });
    return id;
  };
  const remove = (id: string): void => {
    previews.delete(id);
    send({ type: 'remove', id });
  };
  const done = (id: string): Promise<[Blob, PhotoSnapshot]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const jpeg = previews.get(id);
        const photo = photos.find((candidate) => candidate.id === id);
        if (photo?.problem) reject(new Error(photo.problem.code));
        else if (jpeg && photo?.width) resolve([jpeg, photo]);
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  window.engine = {
    hold: (name, base64) => void held.set(name, blobOf(base64)),
    async compressHeld(name) {
      const id = add(held.get(name) ?? new Blob());
      const [, { width, height }] = await done(id);
      remove(id);
      return { width, height };
    },
    add: (base64) => add(blobOf(base64)),
    remove,
    async result(id) {
      const [jpeg, photo] = await done(id);
      const base64 = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result).replace(/^.*,/, ''));
        reader.readAsDataURL(jpeg);
      });
      return { base64, width: photo.width, height: photo.height, warnings: photo.warnings };
    },
  };
}
