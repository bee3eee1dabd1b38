/**
 * Serves the built engine, the peer and the photos on one origin, gives the page its orders, and takes
 * pictures back.
 */

import { createReadStream, createWriteStream, readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { transformWithOxc } from 'vite';
import { FALSIFY } from '../../harness/faults/falsify.ts';
import type { Bench } from './page.ts';

export interface Places {
  root: string;
  photos: string;
  kept: string;
}

export interface Served {
  origin: string;
  /** Has the page do something. Rejects with its error. */
  order<Name extends keyof Bench>(
    name: Name,
    ...args: Parameters<Bench[Name]>
  ): Promise<Awaited<ReturnType<Bench[Name]>>>;
  /** Paths that were asked for. */
  asked: string[];
  stop(): void;
}

export async function serve({ root, photos, kept }: Places): Promise<Served> {
  const assets = join(root, 'web/dist/assets');
  const script = readdirSync(assets).find((name) => /^worker-.*\.js$/.test(name));
  if (!script) throw new Error('the engine is not built: make build');
  const pageScript = join(root, 'bench/compress/page.ts');
  const asked: string[] = [];
  const orders = new Orders();

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const name = basename(decodeURIComponent(pathname));
    asked.push(pathname);
    const send = (type: string, body: string | Buffer) =>
      void response.writeHead(200, { 'Content-Type': type }).end(body);
    if (pathname === '/')
      return send(
        'text/html',
        readFileSync(join(root, 'bench/compress/page.html'), 'utf8').replace('ENGINE', `/assets/${script}`),
      );
    if (pathname === '/order') return send('application/json', await orders.next());
    if (pathname === '/answer') {
      orders.answer(await json(request));
      response.writeHead(204).end();
      return;
    }
    if (pathname === '/page.js')
      return send('text/javascript', (await transformWithOxc(readFileSync(pageScript, 'utf8'), pageScript)).code);
    if (pathname === '/peer.js')
      return send(
        'text/javascript',
        readFileSync(join(root, 'node_modules/browser-image-compression/dist/browser-image-compression.js')),
      );
    if (pathname.startsWith('/assets/') && name.endsWith('.js'))
      return send('text/javascript', (search === '?falsify' ? FALSIFY : '') + readFileSync(join(assets, name), 'utf8'));
    if (pathname.startsWith('/assets/')) return send('application/wasm', readFileSync(join(assets, name)));
    if (pathname.startsWith('/photos/'))
      return pipeline(createReadStream(join(photos, name)), response.writeHead(200, { 'Content-Type': 'image/jpeg' }));
    if (pathname.startsWith('/kept/') && request.method === 'PUT') {
      await pipeline(request, createWriteStream(join(kept, name)));
      return void response.writeHead(204).end();
    }
    response.writeHead(404).end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    order: (name, ...args) => orders.give(name, args),
    asked,
    stop: () => void server.close().closeAllConnections(),
  };
}

const ANSWER_LIMIT_MS = 120_000;

/** What the page is to do, one thing after the other. */
class Orders {
  #order: string | undefined;
  #take: ((order: string) => void) | undefined;
  #settle: ((answer: Answer) => void) | undefined;

  next(): Promise<string> {
    return new Promise((resolve) => {
      this.#take = resolve;
      this.#hand();
    });
  }

  give<T>(name: string, args: unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#settle = ({ value, error }) => (error === undefined ? resolve(value as T) : reject(new Error(error)));
      setTimeout(() => reject(new Error('the browser does not respond')), ANSWER_LIMIT_MS).unref();
      this.#order = JSON.stringify({ name, args });
      this.#hand();
    });
  }

  answer(answer: Answer): void {
    this.#settle?.(answer);
  }

  #hand(): void {
    if (this.#order === undefined || !this.#take) return;
    this.#take(this.#order);
    this.#order = this.#take = undefined;
  }
}

interface Answer {
  value?: unknown;
  error?: string;
}

async function json(request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
