// A Go instance: what syumai/workers wants of its host, and one request at a time.
import '../build/wasm_exec.js';
import module from '../build/edge.wasm';

// The library calls fetch as a method of another object, which workerd refuses.
globalThis.fetch = globalThis.fetch.bind(globalThis);
// The library's wasm module calls this to turn exceptions into values.
globalThis.tryCatch = (run) => {
  try {
    return { result: run() };
  } catch (error) {
    return { error };
  }
};

/** A request and its answer, whole; `patience` in milliseconds, 0 for the platform's. edge/main_js.go calls it. */
globalThis.fetchWhole = async (method, url, headerLines, body, patience) => {
  const headers = headerLines.split('\n').slice(0, -1).map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)];
  });
  const response = await fetch(url, { method, headers, body, redirect: 'manual', ...(patience > 0 ? { signal: AbortSignal.timeout(patience) } : {}) });
  let lines = '';
  for (const [name, value] of response.headers) lines += `${name}: ${value}\n`;
  return { status: response.status, headers: lines, body: new Uint8Array(await response.arrayBuffer()) };
};

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

  /** Answers a request, or fails if the instance ends over it. */
  handle(request, env, ctx) {
    Object.assign(this.#context, { env, ctx });
    // Not a race with one lasting promise, which would keep something of every request.
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#context.binding.handleRequest(request).then(resolve, reject);
    });
  }

  /** Bytes of memory, which only ever grow. */
  get size() {
    return this.#memory.buffer.byteLength;
  }
}
