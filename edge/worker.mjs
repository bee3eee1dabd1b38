// Keeps Go instances warm: booting one costs more CPU than most requests do.
import { Instance } from './instance.mjs';

// An instance holds about 7 MB and an isolate has 128 MB. Beyond so many,
// requests wait in line: they share one thread anyway.
const MAX_INSTANCES = 8;
const MAX_MEMORY = 12 * 1024 * 1024;

let alive = 0;
/** @type {Instance[]} */
const idle = [];
/** Who waits for an instance, first come first served. @type {(() => void)[]} */
const line = [];

/** An instance that nobody else uses; it must be given back. */
async function borrow(env, ctx) {
  for (;;) {
    const instance = idle.pop();
    if (instance) return instance;
    if (alive < MAX_INSTANCES) break;
    await new Promise((resolve) => line.push(resolve));
  }
  alive++;
  try {
    return await new Instance().boot(env, ctx);
  } catch (error) {
    retire();
    throw error;
  }
}

function giveBack(instance) {
  if (instance.size > MAX_MEMORY || instance.exited) return retire();
  idle.push(instance);
  line.shift()?.();
}

/** Lets go of an instance, which makes room for another. */
function retire() {
  alive--;
  line.shift()?.();
}

export default {
  async fetch(request, env, ctx) {
    let instance;
    try {
      instance = await borrow(env, ctx);
      const response = await instance.handle(request, env, ctx);
      giveBack(instance);
      return response;
    } catch (error) {
      if (instance) retire();
      // Its words may hold anything.
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
