import { readFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import type { Warning } from '../../web/src/contract/engine.ts';
import { FALSIFY } from '../faults/falsify.ts';
import type { Stack } from '../stack/stack.ts';
import { engineScript, start } from './enginepage.ts';

export type Canvas = 'honest' | 'falsified';

export interface Compressed {
  jpeg: Buffer;
  width: number;
  height: number;
  warnings: Warning[];
}

/** The engine's worker alone, as built and served, in a browser with a correct canvas or a falsified one. */
export class Engine {
  private constructor(
    readonly page: Page,
    readonly fetched: string[],
  ) {}

  static async open(browser: Browser, stack: Stack, canvas: Canvas = 'honest'): Promise<Engine> {
    const script = engineScript();
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
      // There is nothing to record of a worker that was cancelled or closed with its page.
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

  /** Makes the page keep a photo's bytes under a name. */
  async hold(name: string, bytes: Buffer): Promise<void> {
    await this.page.evaluate(([what, base64]) => window.engine.hold(what, base64), [
      name,
      bytes.toString('base64'),
    ] as const);
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('HeapProfiler.collectGarbage');
    await session.detach();
  }

  /** Compresses a photo that the page holds, and removes it afterwards. Resolves with its size in pixels. */
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

  /** Returns the memory of the engine's running WebAssembly programs, in MB. */
  async programMemory(): Promise<number> {
    const bytes = await Promise.all(
      this.page
        .workers()
        .map((worker) => worker.evaluate(() => (globalThis as Remembering).programMemory?.buffer.byteLength ?? 0)),
    );
    return bytes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
  }

  /** Returns whether a file of that name was fetched. */
  hasFetched(name: RegExp): boolean {
    return this.fetched.some((path) => name.test(path));
  }

  close(): Promise<void> {
    return this.page.context().close();
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
