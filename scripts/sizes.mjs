// Prints the sizes of what is deployed and published, and fails if one exceeds its budget. If REPORT names a file, the
// sizes are also written there as JSON.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

const dist = 'web/dist';
const assets = readdirSync(join(dist, 'assets'), { recursive: true }).map((name) => join(dist, 'assets', name));
const isEngine = (name) => /engine.*\.wasm$|worker.*\.js$/.test(name);
const isPure = (name) => /pure.*\.(wasm|js)$/.test(name);
const isHeif = (name) => /heif/.test(name);
const widgetPart = (name) =>
  readdirSync(join(dist, 'widget'))
    .filter((file) => file.startsWith(`${name}-`))
    .map((file) => join(dist, 'widget', file));
// The page that runs the engine for the widget.
const isFrame = (name) => /frame.*\.js$/.test(name);
const isSeldom = (name) => isPure(name) || isHeif(name) || isFrame(name);

/** Returns a module of the npm package and all modules that it imports statically. */
function reached(name, found = new Set()) {
  const path = join('build/widget', name);
  if (!found.has(path)) {
    found.add(path);
    for (const [, next] of readFileSync(path, 'utf8').matchAll(/(?:from|import)["']\.\/([\w/.-]+)["']/g))
      reached(join(dirname(name), next), found);
  }
  return [...found];
}

function packed() {
  const { name, version } = JSON.parse(readFileSync('build/widget/package.json', 'utf8'));
  return `build/${name}-${version}.tgz`;
}

const parts = [
  { name: 'edge worker', files: ['build/edge.wasm'], how: 'gzip', measure: gzip, budget: 3_000_000 },
  {
    name: 'phone page (HTML, CSS, JS)',
    files: [
      'web/dist/mobile.html',
      ...assets.filter((name) => /\.(js|css)$/.test(name) && !isEngine(name) && !isSeldom(name)),
    ],
    how: 'brotli',
    measure: brotli,
    budget: 60_000,
  },
  {
    name: 'phone engine (wasm and its worker)',
    files: assets.filter((name) => isEngine(name) && !isSeldom(name)),
    how: 'brotli',
    measure: brotli,
    budget: 800_000,
  },
  {
    name: 'pure codecs (only when needed)',
    files: assets.filter(isPure),
    how: 'brotli',
    measure: brotli,
    budget: 800_000,
  },
  { name: 'HEIC decoder (only when needed)', files: assets.filter(isHeif), how: 'brotli', measure: brotli },
  {
    name: 'desktop widget, first load',
    files: ['web/dist/widget.js'],
    how: 'brotli',
    measure: brotli,
    budget: 72_000,
  },
  {
    name: 'desktop widget, realtime',
    files: widgetPart('realtime'),
    how: 'brotli',
    measure: brotli,
  },
  { name: 'widget: the code (only when shown)', files: widgetPart('qr'), how: 'brotli', measure: brotli },
  { name: 'widget: adding (only when used)', files: widgetPart('adder'), how: 'brotli', measure: brotli },
  { name: 'widget: annotations (only when used)', files: widgetPart('editor'), how: 'brotli', measure: brotli },
  { name: 'widget: exports (only when used)', files: widgetPart('making'), how: 'brotli', measure: brotli },
  { name: 'widget as a classic script', files: ['build/widget/widget.classic.js'], how: 'brotli', measure: brotli },
  { name: 'session half of the package', files: reached('session.js'), how: 'brotli', measure: brotli },
  { name: 'React component, without both', files: ['build/widget/react.js'], how: 'brotli', measure: brotli },
  { name: 'npm package, packed', files: [packed()], how: 'gzip', measure: (bytes) => bytes.length },
];

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} KB`;
let over = false;
const report = [];
for (const { name, files, how, measure, budget } of parts) {
  if (files.length === 0 && !budget) continue;
  if (files.length === 0) throw new Error(`${name}: nothing was built`);
  const contents = files.map((file) => readFileSync(file));
  const size = contents.reduce((sum, bytes) => sum + measure(bytes), 0);
  report.push({ name, how, size, ...(budget && { budget }) });
  const raw = contents.reduce((sum, bytes) => sum + bytes.length, 0);
  const verdict = budget ? (size <= budget ? `within ${kilobytes(budget)}` : `OVER ${kilobytes(budget)}`) : '';
  over ||= Boolean(budget) && size > budget;
  console.log(
    `${name.padEnd(36)} ${kilobytes(raw).padStart(8)}  ${kilobytes(size).padStart(7)} ${how.padEnd(6)} ${verdict}`,
  );
}
if (process.env.REPORT) writeFileSync(process.env.REPORT, JSON.stringify(report, undefined, 1));
if (over) process.exit(1);
