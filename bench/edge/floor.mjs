// What the runtime alone costs: for each call as many requests to others as the
// edge makes, and a response of constant bytes. Nothing is read, checked or signed.

/** By method and the first part of the path: requests that the call waits for, whether it publishes, and its status. */
const CALLS = {
  'POST create': { asks: 1, publishes: false, status: 201 },
  'GET token': { asks: 2, publishes: true, status: 200 },
  'POST presigned-url': { asks: 1, publishes: false, status: 200 },
  'POST images': { asks: 2, publishes: true, status: 200 },
  'GET images': { asks: 1, publishes: false, status: 200 },
};
const START = '/api/medtech/session/';
const BODY = JSON.stringify({ filler: 'x'.repeat(700) });

const ask = (env) =>
  fetch(env.UPSTASH_REDIS_REST_URL, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.UPSTASH_REDIS_REST_TOKEN}`, 'content-type': 'application/json' },
    body: '["PING"]',
  }).then((response) => response.text());

export default {
  async fetch(request, env, ctx) {
    const [part] = request.url.slice(request.url.indexOf(START) + START.length).split('/');
    const { asks, publishes, status } = CALLS[`${request.method} ${part}`];
    if (request.body) await request.text();
    for (let i = 0; i < asks; i++) await ask(env);
    if (publishes) ctx.waitUntil(ask(env));
    return new Response(BODY, { status, headers: { 'content-type': 'application/json' } });
  },
};
