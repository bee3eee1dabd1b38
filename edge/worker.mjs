// Runs Go instances for requests and keeps them warm: booting one costs more CPU than most requests do.
import { Instance, readBody } from './instance.mjs';
import { allowOrigin } from './origins.mjs';
import { Busy, Pool } from './pool.mjs';
import { forward, isStorage } from './storage.mjs';

// An instance grows to less than 12 MB (make bench-edge) and an isolate has 128 MB.
// Beyond so many, requests wait in line: they share one thread anyway.
const MAX_INSTANCES = 6;
// At 2 ms a request the last in line waits a fifth of a second. A longer line means that something hangs.
const MAX_WAITING = 100;
const MAX_MEMORY = 16 * 1024 * 1024;

const pool = new Pool({
  make: (env, ctx) => new Instance().boot(env, ctx),
  good: (instance) => instance.size <= MAX_MEMORY && !instance.exited,
  most: MAX_INSTANCES,
  waiting: MAX_WAITING,
  sleep: (ms) => scheduler.wait(ms),
});

async function respond(request, env, ctx) {
  const body = await readBody(request); // first: a slow sender must not hold an instance
  const instance = await pool.borrow(env, ctx);
  try {
    const response = await instance.handle(request, body, env, ctx);
    pool.giveBack(instance);
    return response;
  } catch (error) {
    pool.drop();
    throw error;
  }
}

export default {
  async fetch(request, env, ctx) {
    const handled = isStorage(request, env) ? forward(request, env) : respond(request, env, ctx);
    const response = handled.catch((error) => refuse(request, env, error));
    // A phone that hangs up must not take the instance with it.
    ctx.waitUntil(response);
    return response;
  },
};

const BUSY = {
  title: 'Service Unavailable',
  status: 503,
  code: 'upstream_unavailable',
  detail: 'The service is busy just now. Try again in a moment.',
};
const BROKEN = {
  title: 'Internal Server Error',
  status: 500,
  code: 'internal',
  detail: 'Something went wrong on our side. Try again; if it happens again, tell support this request\u2019s id.',
};

/** A problem document, as edge/api writes it. The error's text may hold anything, so only its name is logged. */
function refuse(request, env, error) {
  const problem = error instanceof Busy ? BUSY : BROKEN;
  const requestId = crypto.randomUUID();
  console.error(JSON.stringify({ requestId, status: problem.status, cause: error?.name }));
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    ...(problem === BUSY ? { 'retry-after': '1' } : {}),
  });
  allowOrigin(headers, request, env);
  return Response.json({ type: 'about:blank', ...problem, requestId }, { status: problem.status, headers });
}
