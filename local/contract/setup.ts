import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The variables of the edge, which are what any client needs. */
    env: Record<string, string>;
    /** Origin of the control API. */
    control: string;
  }
}

const binary = fileURLToPath(new URL('../../build/local', import.meta.url));
const START_LIMIT_MS = 20_000;

/** Starts the local cloud for all tests of this folder; the returned function stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(binary)) throw new Error('build/local is not there: run `make build` first');
  const port = await freePorts();
  const data = mkdtempSync(join(tmpdir(), 'photobridge-contract-'));
  const child = spawn(binary, ['-port', String(port), '-data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the local cloud did not start in time')), START_LIMIT_MS);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the local cloud ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes('dev.env')) return;
      clearTimeout(late);
      resolve();
    });
  });
  const lines = readFileSync(join(data, 'dev.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  project.provide('env', Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value])));
  project.provide('control', `http://127.0.0.1:${port + 5}`);
  return async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
}

/** The first of seven free ports in a row, outside the ephemeral range. */
async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 10_000 + Math.floor(Math.random() * 2_000) * 10;
    const free = await Promise.all(Array.from({ length: 7 }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('found no seven free ports in a row');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
