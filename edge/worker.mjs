// Keeps Go instances warm: booting one costs more CPU than most requests do.
import { Instance, readBody } from './instance.mjs';

// An instance grows to less than 12 MB (make bench-edge) and an isolate has 128 MB.
// Beyond so many, requests wait in line: they share one thread anyway.
const MAX_INSTANCES = 6;
const WAIT_MS = 1;
const MAX_MEMORY = 16 * 1024 * 1024;

let alive = 0;
/** @type {Instance[]} */
const idle = [];

/** An instance that nobody else uses; it must be given back. */
async function borrow(env, ctx) {
  // A timer is this request's own. One that another request wakes is now and then cancelled as hung.
  while (idle.length === 0 && alive >= MAX_INSTANCES) await scheduler.wait(WAIT_MS);
  const warm = idle.pop();
  if (warm) return warm;
  alive++;
  try {
    return await new Instance().boot(env, ctx);
  } catch (error) {
    alive--;
    throw error;
  }
}

/** Takes an instance back, unless it has ended or grown. */
function giveBack(instance) {
  if (instance.size <= MAX_MEMORY && !instance.exited) idle.push(instance);
  else alive--;
}

async function answer(request, env, ctx) {
  const body = await readBody(request); // first: a slow sender must not hold an instance
  const instance = await borrow(env, ctx);
  try {
    const response = await instance.handle(request, body, env, ctx);
    giveBack(instance);
    return response;
  } catch (error) {
    alive--; // a failed instance is not used again
    throw error;
  }
}

export default {
  async fetch(request, env, ctx) {
    const answered = answer(request, env, ctx).catch(unexpected);
    // A phone that hangs up must not take the instance with it.
    ctx.waitUntil(answered);
    return answered;
  },
};

/** A problem document, as edge/api writes it. The error's words may hold anything, so only its name is logged. */
function unexpected(error) {
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
    {
      status: 500,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-request-id': requestId },
    },
  );
}
