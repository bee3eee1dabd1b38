// A Go instance: what syumai/workers wants of its host, and one request at a
// time, whole in both directions: each crossing between Go and JavaScript costs.
import '../build/wasm_exec.js';
import module from '../build/edge.wasm';

// The library calls fetch as a method of another object, which workerd refuses.
globalThis.fetch = globalThis.fetch.bind(globalThis);
/** More than any body that the API takes; it refuses what is cut here. */
const MAX_BODY = 128 * 1024;

/** Headers as Go takes and gives them: "name: value" lines. */
const linesOf = (headers) => {
  let lines = '';
  for (const [name, value] of headers) lines += `${name}: ${value}\n`;
  return lines;
};
const pairsOf = (lines) =>
  lines.split('\n').slice(0, -1).map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)];
  });

/** A request to others; `patience` in milliseconds, 0 for the platform's. edge/main_js.go calls it. */
globalThis.fetchWhole = async (method, url, headerLines, body, patience) => {
  // Not AbortSignal.timeout, whose timer outlives the request.
  const controller = new AbortController();
  const timer = patience > 0 && setTimeout(() => controller.abort(), patience);
  try {
    const response = await fetch(url, { method, headers: pairsOf(headerLines), body, redirect: 'manual', signal: controller.signal });
    return { status: response.status, headers: linesOf(response.headers), body: new Uint8Array(await response.arrayBuffer()) };
  } finally {
    clearTimeout(timer);
  }
};

/** The first bytes of a body; undefined if there is none. */
export async function readBody({ body }) {
  if (!body) return undefined;
  const parts = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > MAX_BODY) break;
  }
  if (parts.length === 1) return parts[0];
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
  #memory;
  #fail = () => {};
  exited = false;

  async boot(env, ctx) {
    Object.assign(this.#context, { env, ctx });
    const go = new Go();
    const ready = new Promise((resolve) => {
      go.importObject.workers = { ready: resolve };
    });
    const instance = new WebAssembly.Instance(module, go.importObject);
    this.#memory = instance.exports.mem;
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

  /** Answers a request whose body was read, or fails if the instance ends over it. */
  handle(request, body, env, ctx) {
    Object.assign(this.#context, { env, ctx });
    // Not a race with one lasting promise, which would keep something of every request.
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#context.binding.serveWhole(request.method, request.url, linesOf(request.headers), body, (status, headerLines, content) =>
        resolve(new Response(content?.length ? content : null, { status, headers: pairsOf(headerLines) })),
      );
    });
  }

  /** Bytes of memory, which only ever grow. */
  get size() {
    return this.#memory.buffer.byteLength;
  }
}
