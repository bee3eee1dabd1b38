// `make watch`: Vite's dev servers for the pages, in front of `wrangler dev`, and a rebuild for each changed Go file.
// The local cloud runs this script as its edge: PORT serves the phone page, the widget and the API.
import { spawn } from 'node:child_process';
import { readFileSync, watch } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const HOST = process.env.HOST ?? '127.0.0.1';
const PORT = Number(process.env.PORT ?? 8787);
// The local cloud uses PORT to PORT + 9.
const EDGE_PORT = PORT + 10;
const HOST_PAGE_PORT = PORT + 11;
const SETTLE_MS = 100;
const TARGETS = ['build/edge.wasm', 'build/engine.wasm', 'build/purecodec.wasm'];

// A worker that an earlier `make dev` installed would serve the built page from its cache.
const NO_SERVICE_WORKER = `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(
    caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))
      .then(() => registration.unregister()),
  ));`;
// The widget reloads its host page through the dev server's own client.
const WIDGET = `import '/@vite/client'; export * from '/src/widget/index.ts';`;

function script(response, text) {
  response.setHeader('Content-Type', 'text/javascript');
  response.setHeader('Cache-Control', 'no-store');
  response.end(text);
}

const pages = {
  name: 'photobridge-watch',
  configureServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const path = request.url?.split('?')[0];
      if (path === '/sw.js') return script(response, NO_SERVICE_WORKER);
      if (path === '/widget.js') return script(response, WIDGET);
      if (path === '/' || path === '/mobile') request.url = '/mobile.html';
      if (path === '/frame') request.url = '/frame.html';
      return next();
    });
  },
};

async function serve(configFile, port, proxy, plugins = []) {
  const server = await createServer({
    configFile: `${root}/${configFile}`,
    logLevel: 'warn',
    clearScreen: false,
    appType: 'mpa',
    plugins,
    cacheDir: `${root}/node_modules/.vite/${port}`,
    server: { host: HOST, port, strictPort: true, cors: true, fs: { allow: [root] }, proxy },
  });
  await server.listen();
  return server;
}

/** Runs a command and resolves with its exit code. */
function run(command, ...args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.on('exit', resolve));
}

const read = (target) => readFileSync(`${root}/${target}`);

/** Rebuilds after a change of Go code. Changes during a build cause one more. wrangler reloads edge.wasm by itself. */
function rebuildGo(reload) {
  let timer;
  let building = Promise.resolve();
  const rebuild = async () => {
    const before = TARGETS.map(read);
    if ((await run('make', '--no-print-directory', ...TARGETS)) !== 0) return;
    const changed = TARGETS.filter((target, i) => !read(target).equals(before[i]));
    for (const target of changed) console.log(`rebuilt ${target}`);
    if (changed.some((target) => target !== 'build/edge.wasm')) reload();
  };
  for (const folder of ['edge', 'wasm', 'shared']) {
    watch(`${root}/${folder}`, { recursive: true }, (_, name) => {
      if (!/\.(go|lua|json)$/.test(name ?? '') || name.endsWith('_test.go')) return;
      clearTimeout(timer);
      timer = globalThis.setTimeout(() => {
        building = building.then(rebuild);
      }, SETTLE_MS);
    });
  }
}

/** Resolves as soon as the worker responds or has ended. */
async function ready(ended) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && !(await fetch(`${edge}/healthz`).catch(() => undefined))?.ok) await setTimeout(SETTLE_MS);
}

const edge = `http://${HOST}:${EDGE_PORT}`;
const practice = `http://${HOST}:${PORT + 1}`;
const worker = run(
  'wrangler',
  ...['dev', '--ip', HOST, '--port', String(EDGE_PORT), '--inspector-port', String(PORT + 6)],
  ...['--env-file', `${process.env.DATA ?? '.local'}/dev.env`],
  ...['--show-interactive-dev-session=false', '--log-level', 'warn'],
);
await ready(worker);
// The local cloud waits for this port.
const server = await serve('web/vite.phone.ts', PORT, { '/api': edge, '/healthz': edge, '/docs': edge }, [pages]);
await serve('web/vite.host.ts', HOST_PAGE_PORT, {
  '/practice.json': practice,
  '/launch': practice,
  '/control': practice,
});
rebuildGo(() => server.ws.send({ type: 'full-reload' }));
console.log(`\n  watch    http://${HOST}:${HOST_PAGE_PORT}/   the desktop; it reloads with each change`);
process.exit(await worker);
