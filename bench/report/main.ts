/**
 * `make bench`: every budget, measured in one run by the benches beside this
 * file. A table on the screen, report.json for `make bench-check`, and
 * index.html with plots, all in bench/out. ROUNDS (3) says how often things
 * take turns; ONLY=edge,sizes leaves the other benches out.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Compression } from '../compress/report.ts';
import type { Links } from '../links/links.ts';
import {
  compressFigures,
  compressStrip,
  edgeFigures,
  edgeStrip,
  linksFigures,
  pageFigures,
  scanFigures,
  sizesFigures,
  type Edge,
  type Size,
} from './figures.ts';
import { page } from './page.ts';
import type { Strip } from './plot.ts';
import { complaints, type Figure, type Row } from './row.ts';
import { table } from './table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'bench/out');
const rounds = process.env.ROUNDS ?? '3';
const only = process.env.ONLY?.split(',');

interface Bench {
  name: string;
  command: string[];
  env?: Record<string, string>;
  /** Which files of bench/out are its own; a bench that writes none is read by what it says. */
  files?: RegExp;
  figures(text: string, file: string): Figure[];
  strip?(text: string, file: string): Strip;
}

const playwright = ['playwright', 'test', '--config'];
const benches: Bench[] = [
  {
    name: 'sizes',
    command: ['node', 'scripts/sizes.mjs'],
    env: { REPORT: join(out, 'sizes.json') },
    files: /^sizes\.json$/,
    figures: (text) => sizesFigures(JSON.parse(text) as Size[]),
  },
  {
    name: 'page',
    command: [...playwright, 'e2e/playwright.config.ts', 'e2e/phone/timing.spec.ts'],
    figures: pageFigures,
  },
  {
    name: 'edge',
    command: ['node', 'bench/edge/main.ts'],
    files: /^edge\.json$/,
    figures: (text) => edgeFigures(JSON.parse(text) as Edge),
    strip: (text) => edgeStrip(JSON.parse(text) as Edge),
  },
  {
    name: 'links',
    command: [...playwright, 'bench/links/playwright.config.ts'],
    files: /^links\.json$/,
    figures: (text) => linksFigures(JSON.parse(text) as Links),
  },
  {
    name: 'scan',
    command: ['make', '--no-print-directory', 'bench-scan'],
    figures: scanFigures,
  },
  {
    name: 'compress',
    command: ['node', 'bench/compress/main.ts'],
    files: /^compress.*\.json$/,
    figures: (text, file) => compressFigures(file, JSON.parse(text) as Compression),
    strip: (text, file) => compressStrip(file, JSON.parse(text) as Compression),
  },
];

interface Found {
  figures: Figure[];
  strips: Strip[];
}

/**
 * Runs a bench. Its exit code says that a budget was missed, which the report says too; what counts is
 * what it measured.
 */
async function run({ command: [program = '', ...rest], env, files, figures, strip }: Bench): Promise<Found> {
  const own = (): string[] =>
    files
      ? readdirSync(out)
          .filter((file) => files.test(file))
          .sort((a, b) => a.length - b.length)
      : []; // Chromium's first
  for (const file of own()) rmSync(join(out, file)); // of an earlier run
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...process.env, ROUNDS: rounds, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    process.stdout.write(part);
  });
  await once(child, 'close');
  if (!files) return { figures: figures(output, ''), strips: [] };
  const written = own().map((file) => ({ file, text: readFileSync(join(out, file), 'utf8') }));
  return {
    figures: written.flatMap(({ file, text }) => figures(text, file)),
    strips: strip ? written.map(({ file, text }) => strip(text, file)) : [],
  };
}

const machine =
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}, load ` +
  `${loadavg()[0]?.toFixed(1)} before`;
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
mkdirSync(out, { recursive: true });
const rows: Row[] = [];
const strips: Strip[] = [];
for (const bench of benches) {
  if (only && !only.includes(bench.name)) continue;
  console.log(`\n— ${bench.name}`);
  if (bench.name === 'compress' && !process.env.PHOTOS) {
    console.log('left out: PHOTOS names no folder of JPEG photos');
    continue;
  }
  const found = await run(bench);
  if (found.figures.length === 0) process.exitCode = 1;
  rows.push(...found.figures.map((figure) => ({ ...figure, machine, commit })));
  strips.push(...found.strips);
}
writeFileSync(join(out, 'report.json'), JSON.stringify(rows, undefined, 1));
writeFileSync(join(out, 'index.html'), page(rows, strips, new Date()));
console.log(`\n${table(rows)}\n`);
for (const complaint of complaints(rows)) console.log(complaint);
console.log('Plots: bench/out/index.html');
