// Boots Go instances and keeps them warm: booting one costs more CPU than most
// requests do. One request at a time in an instance.
import '../build/wasm_exec.js';
import module from '../build/edge.wasm';

// An instance holds about 7 MB and an isolate has 128 MB.
const MAX_IDLE = 4;
const MAX_MEMORY = 16 * 1024 * 1024;

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

/** @type {Instance[]} */
const idle = [];

class Instance {
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

  get grown() {
    return this.#memory.buffer.byteLength > MAX_MEMORY;
  }
}

export default {
  async fetch(request, env, ctx) {
    let instance;
    try {
      instance = idle.pop() ?? (await new Instance().boot(env, ctx));
      const response = await instance.handle(request, env, ctx);
      if (!instance.grown && !instance.exited && idle.length < MAX_IDLE) idle.push(instance);
      return response;
    } catch (error) {
      // The failed instance is not put back. Its words may hold anything.
      const requestId = crypto.randomUUID();
      console.error(JSON.stringify({ requestId, status: 500, cause: error?.name }));
      return Response.json(
        {
          type: 'about:blank',
          title: 'Internal Server Error',
          status: 500,
          code: 'internal',
          detail: 'Something went wrong on our side. Try again; if it happens again, tell support this request\u2019s id.',
          requestId,
        },
        { status: 500, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-request-id': requestId } },
      );
    }
  },
};
