/** Lists the dependencies of the two Go modules. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from './licence.ts';
import { UNREACHABLE, type Dependency } from './report.ts';

interface Module {
  Path: string;
  Version?: string;
  Dir?: string;
  Main?: boolean;
  Indirect?: boolean;
  Replace?: Module;
  Update?: { Version: string };
  Error?: { Err: string };
}

/** The packages that are deployed. */
const SHIPPED = { packages: ['./edge', './wasm', './wasm/purecodec'], env: { GOOS: 'js', GOARCH: 'wasm' } };

/** Returns the modules in the worker and the engine, and those that are only used to build and test. */
export function goDependencies(root: string): { shipped: Dependency[]; tools: Dependency[] } {
  const shipped = modulesOf(root, SHIPPED.packages, SHIPPED.env);
  const names = new Set(shipped.map(({ name }) => name));
  return { shipped, tools: modulesOf(root, ['-test', './...']).filter(({ name }) => !names.has(name)) };
}

/** Returns the modules that packages are built from. It asks for newer versions only of direct dependencies. */
export function modulesOf(folder: string, packages: string[], env: Record<string, string> = {}): Dependency[] {
  const run = (...args: string[]): string =>
    execFileSync('go', args, {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const paths = [
    ...new Set(
      run('list', '-deps', '-f', '{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}', ...packages).split('\n'),
    ),
  ].filter(Boolean);
  const modules = parse(run('list', '-m', '-json', ...paths)).filter(({ Replace }) => !Replace?.Path.startsWith('.'));
  const direct = modules.filter(({ Indirect }) => !Indirect).map(({ Path }) => Path);
  const updates = new Map(
    parse(run('list', '-m', '-u', '-e', '-json', ...direct)).map(({ Path, Update, Error: failed }) => [
      Path,
      failed ? UNREACHABLE : Update?.Version,
    ]),
  );
  return modules.map(({ Path, Version = '', Dir }) => ({
    name: Path,
    version: Version,
    licence: Dir ? licenceOf(Dir) : 'unknown',
    newer: updates.get(Path),
  }));
}

/** Parses the output of go list, which is one JSON object after the other. */
function parse(output: string): Module[] {
  return output.trim() === '' ? [] : (JSON.parse(`[${output.trim().replaceAll('}\n{', '},\n{')}]`) as Module[]);
}

function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying|unlicense)(?:[.-].*)?$/i.test(name));
  return file ? identify(readFileSync(join(folder, file), 'utf8')) : 'unknown';
}
