/**
 * `make bench`: every budget, measured in one run by the benches beside this
 * file. A table on the screen, report.json for `make bench-check`, and
 * index.html with plots, all in bench/out. ROUNDS (3) says how often things
 * take turns; ONLY=edge,sizes leaves the other benches out.
 */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../compress/report.ts';
import type { Links } from '../links/main.ts';
import { compressFigures, compressStrip, edgeFigures, edgeStrip, linksFigures, pageFigures, sizesFigures, type Edge, type Size } from './figures.ts';
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
  /** Figures from the output; from the file that it wrote if it names one. */
  file?: string;
  figures(text: string): Figure[];
}

const playwright = ['playwright', 'test', '--config'];
const benches: Bench[] = [
  { name: 'sizes', command: ['node', 'scripts/sizes.mjs'], env: { REPORT: join(out, 'sizes.json') }, file: 'sizes.json', figures: (text) => sizesFigures(JSON.parse(text) as Size[]) },
  { name: 'page', command: [...playwright, 'e2e/playwright.config.ts', 'e2e/phone/timing.spec.ts'], figures: pageFigures },
  { name: 'edge', command: ['node', 'bench/edge/main.ts'], file: 'edge.json', figures: (text) => edgeFigures(JSON.parse(text) as Edge) },
  { name: 'links', command: [...playwright, 'bench/links/playwright.config.ts'], file: 'links.json', figures: (text) => linksFigures(JSON.parse(text) as Links) },
  { name: 'compress', command: ['node', 'bench/compress/main.ts'], file: 'compress.json', figures: (text) => compressFigures(JSON.parse(text) as Measured[]) },
];

/** Runs a bench. Its exit code says that a budget was missed, which the report says too; what counts is what it measured. */
async function run({ name, command: [program = '', ...rest], env, file, figures }: Bench): Promise<Figure[]> {
  console.log(`\n— ${name}`);
  const path = file && join(out, file);
  const child = spawn(program, rest, { cwd: root, env: { ...process.env, ROUNDS: rounds, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    process.stdout.write(part);
  });
  await once(child, 'close');
  if (path && !existsSync(path)) return [];
  return figures(path ? readFileSync(path, 'utf8') : output);
}

/** Every round of what was measured in turns. */
function strips(): Strip[] {
  const read = <Content>(file: string): Content | undefined => (existsSync(join(out, file)) ? (JSON.parse(readFileSync(join(out, file), 'utf8')) as Content) : undefined);
  const compress = read<Measured[]>('compress.json');
  const edge = read<Edge>('edge.json');
  return [...(compress ? [compressStrip(compress)] : []), ...(edge ? [edgeStrip(edge)] : [])];
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform} ${process.arch}, load ${loadavg()[0]?.toFixed(1)} before`;
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
mkdirSync(out, { recursive: true });
const rows: Row[] = [];
for (const { file } of benches) if (file) rmSync(join(out, file), { force: true }); // of an earlier run
for (const bench of benches) {
  if (only && !only.includes(bench.name)) continue;
  if (bench.name === 'compress' && !process.env.PHOTOS) {
    console.log('\n— compress: left out, PHOTOS names no folder of JPEG photos');
    continue;
  }
  const figures = await run(bench);
  if (figures.length === 0) process.exitCode = 1;
  rows.push(...figures.map((figure) => ({ ...figure, machine, commit })));
}
writeFileSync(join(out, 'report.json'), JSON.stringify(rows, undefined, 1));
writeFileSync(join(out, 'index.html'), page(rows, strips(), new Date()));
console.log(`\n${table(rows)}\n`);
for (const complaint of complaints(rows)) console.log(complaint);
console.log('Plots: bench/out/index.html');
