// A Go instance: what syumai/workers and edge/host_js.go want of their host, and
// one request at a time, whole in both directions.
import '../build/wasm_exec.js';
import module from '../build/edge.wasm';
import { deliver } from './letters.mjs';

// The library calls fetch as a method of another object, which workerd refuses.
globalThis.fetch = globalThis.fetch.bind(globalThis);
/** More than any body that the API takes; it refuses what is cut here. */
const MAX_BODY = 128 * 1024;
const NO_BYTES = new Uint8Array();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The headers that Go reads, of requests and of responses from others, with names as its net/http spells them. Reading
 * all of them costs more. A test compares these with the Go code.
 */
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Origin',
  'User-Agent',
  'If-Match',
  'If-None-Match',
  'Cf-Connecting-Ip',
];
const RESPONSE_HEADERS = ['Content-Length', 'X-Amz-Checksum-Sha256', 'Access-Control-Allow-Origin', 'Date'];

/** In the headers of a request that is signed for its second. */
const SIGNED = 'X-Amz-Date';

/** Headers as Go takes and gives them: "Name: value" lines. */
const linesOf = (headers, names) => {
  let lines = '';
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) lines += `${name}: ${value}\n`;
  }
  return lines;
};
const pairsOf = (lines) => {
  const pairs = [];
  for (const line of lines.split('\n')) {
    const at = line.indexOf(': ');
    if (at > 0) pairs.push([line.slice(0, at), line.slice(at + 2)]);
  }
  return pairs;
};

/** Headers that many requests share, such as those to Redis, by their lines: the runtime copies them faster. */
const shared = new Map();
const MAX_SHARED = 20;

function headersOf(lines) {
  const known = shared.get(lines);
  if (known) return known;
  const headers = new Headers(pairsOf(lines));
  if (!lines.includes(SIGNED)) {
    if (shared.size >= MAX_SHARED) shared.clear();
    shared.set(lines, headers);
  }
  return headers;
}

/** Ends what takes longer. Not AbortSignal.timeout, whose timer outlives the request. */
function limitOf(ms) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

/** A request to others, whose head is a line of its method and URL, and header lines. */
async function fetchWhole(head, body, signal) {
  const space = head.indexOf(' ');
  const end = head.indexOf('\n', space);
  const method = head.slice(0, space);
  const headers = headersOf(head.slice(end + 1));
  const response = await fetch(head.slice(space + 1, end), { method, headers, body, redirect: 'manual', signal });
  return {
    status: response.status,
    head: linesOf(response.headers, RESPONSE_HEADERS),
    body: method === 'HEAD' ? NO_BYTES : new Uint8Array(await response.arrayBuffer()),
  };
}

/** The first bytes of a body. */
export async function readBody(request) {
  const length = request.headers.get('content-length');
  if (!request.body || length === '0') return NO_BYTES;
  if (length !== null && Number(length) <= MAX_BODY) return new Uint8Array(await request.arrayBuffer());
  const parts = [];
  let size = 0;
  for await (const part of request.body) {
    parts.push(part);
    size += part.length;
    if (size > MAX_BODY) break;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export class Instance {
  /** What the library reads env, ctx and its own callbacks from. */
  #context = { env: {}, ctx: {}, binding: {} };
  #go = new Go();
  /** @type {WebAssembly.Exports} */
  #exports;
  /** The message that Go copies next: a head and a body. */
  #message = [NO_BYTES, NO_BYTES];
  /** Of the request's own time, once it has asked others. */
  #limit;
  #resolve = () => {};
  #fail = () => {};
  exited = false;

  async boot(env, ctx) {
    Object.assign(this.#context, { env, ctx });
    const go = this.#go;
    const ready = new Promise((resolve) => {
      go.importObject.workers = { ready: resolve };
    });
    go.importObject.host = this.#host();
    const instance = new WebAssembly.Instance(module, go.importObject);
    this.#exports = instance.exports;
    // Go reads the context while it starts, before run returns.
    globalThis.context = this.#context;
    const ended = go.run(instance).then(() => {
      this.exited = true;
      this.#fail(new Error('the Go instance ended'));
      throw new Error('the Go instance ended');
    });
    await Promise.race([ready, ended]);
    ended.catch(() => {});
    return this;
  }

  /** The functions that edge/host_js.go imports. A string or bytes are two numbers: where, and how many bytes. */
  #host() {
    const bytes = (at, size) => new Uint8Array(this.#exports.mem.buffer, at, size);
    const text = (at, size) => decoder.decode(bytes(at, size));
    const body = (at, size) => (size > 0 ? bytes(at, size).slice() : undefined);
    return {
      fetch: (call, patience, head, headSize, content, size) => {
        if (patience < 0) this.#limit ??= limitOf(-patience);
        const limit = patience > 0 ? limitOf(patience) : this.#limit;
        fetchWhole(text(head, headSize), body(content, size), limit?.signal)
          .finally(() => patience > 0 && limit.end())
          .then(
            ({ status, head, body }) => this.#send(call, status, head, body),
            // Its message may hold a URL.
            (error) => this.#send(call, 0, error?.name ?? 'Error'),
          );
      },
      limit: (call, name, nameSize, key, keySize) => {
        this.#context.env[text(name, nameSize)].limit({ key: text(key, keySize) }).then(
          ({ success }) => this.#send(call, success ? 200 : 429),
          () => this.#send(call, 0),
        );
      },
      respond: (status, headers, headersSize, content, size) => {
        this.#limit?.end();
        this.#resolve(new Response(body(content, size), { status, headers: pairsOf(text(headers, headersSize)) }));
      },
      post: (url, urlSize, headers, headersSize, content, size) => {
        const letter = {
          url: text(url, urlSize),
          headers: headersOf(text(headers, headersSize)),
          body: body(content, size),
        };
        // Its URL names an encounter, so what came of it is all that is logged.
        const delivered = deliver(fetch, letter).then((result) => {
          if (!(result < 300)) console.error(JSON.stringify({ letter: result }));
        });
        this.#context.ctx.waitUntil(delivered);
      },
      log: (line, size) => console.log(text(line, size)),
      receive: (at) => {
        const [head, content] = this.#message;
        const place = bytes(at, head.length + content.length);
        place.set(head);
        place.set(content, head.length);
      },
    };
  }

  /** Gives Go a message, as `receive` in edge/host_js.go describes it. */
  #send(call, status, head = '', body = NO_BYTES) {
    if (this.exited) return; // no request is waiting
    this.#message = [encoder.encode(head), body];
    this.#exports.receive(call, status, this.#message[0].length, body.length);
  }

  /** Responds to a request whose body was read. Rejects if the instance exits meanwhile. */
  handle(request, body, env, ctx) {
    if (this.exited) return Promise.reject(new Error('the Go instance ended'));
    this.#context.env = env;
    this.#context.ctx = ctx;
    this.#limit = undefined;
    // Do not use Promise.race with a long-lived promise: it would retain every request.
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#fail = reject;
      this.#send(0, 0, `${request.method} ${request.url}\n${linesOf(request.headers, REQUEST_HEADERS)}`, body);
    });
  }

  /** Bytes of memory, which only ever grow. */
  get size() {
    return this.#exports.mem.buffer.byteLength;
  }
}
