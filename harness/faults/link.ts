import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Duplex } from 'node:stream';

/** The speed and delay of a network. */
export interface Shape {
  upBitsPerSecond: number;
  downBitsPerSecond: number;
  rttMs: number;
}

/** A fault of the network for one request. The services' faults are in faults.ts. */
export interface Mishap {
  /** Origin of the server. */
  to: string;
  method: string;
  effect: 'drop-before' | 'drop-after' | 'cut-upload' | 'cut' | 'status';
  /** The number of requests that it affects. Missing: one. */
  next?: number;
}

/** One request that went through the network. Times are in milliseconds since 1970. */
export interface Asked {
  /** Such as `PUT http://origin/path`. */
  what: string;
  at: number;
  answeredAt?: number;
}

/** No network. */
export const FREE: Shape = { upBitsPerSecond: Infinity, downBitsPerSecond: Infinity, rttMs: 0 };

/** One direction of a network: bytes are sent in order, and arrive a little later. */
class Pipe {
  #free = 0;

  constructor(
    private readonly bitsPerSecond: number,
    private readonly delayMs: number,
  ) {}

  /** Resolves when the bytes have left; `arrive` is called when they have arrived. */
  async carry(bytes: number, arrive: () => void): Promise<void> {
    const now = performance.now();
    this.#free = Math.max(now, this.#free) + (bytes * 8_000) / this.bitsPerSecond;
    if (this.#free > now) await sleep(this.#free - now);
    if (this.delayMs > 0) setTimeout(arrive, this.delayMs);
    else arrive();
  }
}

/**
 * The line between one device and everything else: an HTTP proxy for a browser
 * context, and so for its workers too, which a page's own network emulation
 * does not reach.
 */
export class Link {
  readonly #server = createServer((request, response) => void this.#pass(request, response));
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Duplex>();
  /** Connections that no request has used yet, with the time at which their handshake is over. */
  readonly #fresh = new WeakMap<Socket, number>();
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly asked: Asked[] = [];
  /** Names that only this network resolves, such as `practice.test:443`, with their ports on this machine. */
  readonly names = new Map<string, number>();
  /** Text to insert before a script, by its path. */
  readonly preludes: { of: RegExp; script: string }[] = [];
  #mishaps: Required<Mishap>[] = [];
  #offline = false;
  #hasWebSockets = true;

  private constructor(shape: Shape) {
    this.#up = new Pipe(shape.upBitsPerSecond, shape.rttMs / 2);
    this.#down = new Pipe(shape.downBitsPerSecond, shape.rttMs / 2);
  }

  static async open(shape: Shape = FREE): Promise<Link> {
    const link = new Link(shape);
    link.#server.on('connection', (socket) => {
      if (link.#offline) return void socket.destroy();
      link.#keep(socket);
      link.#fresh.set(socket, performance.now() + shape.rttMs);
    });
    link.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      if (link.#refuses(socket)) return;
      link.#tunnel(new URL(`http://${request.url ?? ''}`), socket, 'HTTP/1.1 200 OK\r\n\r\n');
    });
    // WebKit requests a WebSocket like anything else, not by CONNECT.
    link.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      if (link.#refuses(socket)) return;
      link.#tunnel(new URL(request.url ?? ''), socket, undefined, headOf(request));
    });
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** For a browser context's options. */
  get proxy(): { server: string } {
    return { server: `http://127.0.0.1:${this.address.port}` };
  }

  suffer(mishap: Mishap): void {
    this.#mishaps.push({ next: 1, ...mishap });
  }

  /** Cuts all connections and refuses new ones until it is online again. */
  set offline(offline: boolean) {
    this.#offline = offline;
    if (offline) for (const socket of this.#sockets) socket.destroy();
  }

  /** Refuses WebSockets, as the proxies of some hospitals do. Pages on plain http use tunnels only for these. */
  blockWebSockets(): void {
    this.#hasWebSockets = false;
  }

  /** Refuses a WebSocket if they are blocked. */
  #refuses(socket: Socket): boolean {
    if (!this.#hasWebSockets) socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return !this.#hasWebSockets;
  }

  heal(): void {
    this.#mishaps = [];
    this.#offline = false;
  }

  async close(): Promise<void> {
    this.offline = true;
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  #effect(origin: string, method: string): Mishap['effect'] | undefined {
    const mishap = this.#mishaps.find((one) => one.to === origin && one.method === method && one.next > 0);
    if (mishap) mishap.next--;
    return mishap?.effect;
  }

  #reach({ hostname, port }: URL): { host: string; port: number } {
    const known = this.names.get(`${hostname}:${port || 80}`);
    return known === undefined ? { host: hostname, port: Number(port || 80) } : { host: '127.0.0.1', port: known };
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { socket, method = 'GET', headers } = incoming;
    const url = new URL(incoming.url ?? '');
    const asked: Asked = { what: `${method} ${url.origin}${url.pathname}`, at: Date.now() };
    this.asked.push(asked);
    const effect = this.#effect(url.origin, method);
    if (effect === 'drop-before') return void socket.destroy();
    if (effect === 'status') return void answer.writeHead(503, { 'access-control-allow-origin': '*' }).end();
    const ready = this.#fresh.get(socket);
    if (ready !== undefined) {
      this.#fresh.delete(socket);
      await sleep(Math.max(0, ready - performance.now())); // what is left of it
    }

    const prelude = this.preludes.find(({ of }) => of.test(url.pathname))?.script;
    if (prelude !== undefined) delete headers['accept-encoding'];
    const outgoing = request({
      ...this.#reach(url),
      path: url.pathname + url.search,
      method,
      headers,
      agent: this.#agent,
    });
    outgoing.on('error', () => socket.destroy());
    answer.on('close', () => outgoing.destroy());
    answer.on('finish', () => (asked.answeredAt = Date.now()));
    outgoing.on('response', (response) => {
      const passed =
        effect === 'drop-after'
          ? Promise.reject(new Error('dropped'))
          : this.#answer(response, answer, effect === 'cut', prelude);
      passed.catch(() => socket.destroy());
    });
    const limit = effect === 'cut-upload' ? Number(headers['content-length'] ?? 0) / 2 : Infinity;
    try {
      await this.#up.carry(sizeOfHead(incoming), () => undefined);
      let passed = 0;
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        passed += chunk.length;
        if (passed > limit) throw new Error('cut');
        await this.#up.carry(chunk.length, () => outgoing.write(chunk));
      }
      await this.#up.carry(0, () => outgoing.end());
    } catch {
      outgoing.destroy();
      socket.destroy();
    }
  }

  async #answer(response: IncomingMessage, answer: ServerResponse, cut: boolean, prelude = ''): Promise<void> {
    if (prelude) delete response.headers['content-length'];
    await this.#down.carry(sizeOfHead(response), () => {
      if (!answer.destroyed) answer.writeHead(response.statusCode ?? 502, response.headers).flushHeaders();
    });
    if (prelude) await this.#down.carry(prelude.length, () => answer.write(prelude));
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (cut) throw new Error('cut');
      await this.#down.carry(chunk.length, () => answer.write(chunk));
    }
    await this.#down.carry(0, () => answer.end());
  }

  /** Connects both sides of a WebSocket: first the handshake, then all frames. */
  #tunnel(url: URL, near: Socket, toNear?: string, toFar?: string): void {
    const far = connect(this.#reach(url));
    this.#keep(far);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('connect', () => {
      if (toNear !== undefined) near.write(toNear);
      if (toFar !== undefined) far.write(toFar);
    });
    near.on('data', (chunk: Buffer) => void this.#up.carry(chunk.length, () => far.write(chunk)));
    far.on('data', (chunk: Buffer) => void this.#down.carry(chunk.length, () => near.write(chunk)));
  }
}

/** Returns a request's first line and headers as its server receives them (RFC 9112, 3.2.1). */
function headOf({ method, url = '', rawHeaders }: IncomingMessage): string {
  const { pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Returns roughly the size of its first line and headers, in bytes. */
const sizeOfHead = (message: IncomingMessage): number =>
  message.rawHeaders.reduce((sum, text) => sum + text.length + 2, 64);
