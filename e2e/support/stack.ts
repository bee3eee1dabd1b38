import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A name on the practice's network, by which phones reach this machine; a test's own line knows where it leads (lan.spec.ts). */
export const LAN_NAME = 'practice.test';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;

/** The whole product, as `make dev` starts it, on ports and data of its own. */
export interface Stack {
  /** Origin of the edge: the API and the phone page. */
  edge: string;
  /** Origin of the practice system's host page. */
  practice: string;
  /** Origin of the local cloud's status and control page. */
  control: string;
  port: number;
  /** The variables that the edge was configured with. */
  env: Record<string, string>;
  /** All that it printed so far. */
  output(): string;
  /** Ctrl-C; resolves when every process has ended. */
  stop(): Promise<void>;
}

/** Runs `make dev` and waits until it has printed both links. */
export async function startStack(): Promise<Stack> {
  const port = await freePorts();
  const data = mkdtempSync(join(tmpdir(), 'photobridge-'));
  const child = spawn('make', ['--no-print-directory', 'dev', `PORT=${port}`, `DATA=${data}`, `ALLOWED_ORIGINS=http://${LAN_NAME},https://${LAN_NAME}`], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const stop = async (): Promise<void> => {
    await interrupt(child);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await until(() => /\/mobile#t=/.test(output), child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    edge: `http://127.0.0.1:${port}`,
    practice: `http://127.0.0.1:${port + 1}`,
    control: `http://127.0.0.1:${port + 5}`,
    port,
    env: parseEnv(readFileSync(join(data, 'dev.env'), 'utf8')),
    output: () => output,
    stop,
  };
}

/** A base port with six free ones above it, outside the ephemeral range. */
async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const base = 10_000 + Math.floor(Math.random() * 2_000) * 10;
    const free = await Promise.all(Array.from({ length: 7 }, (_, i) => isFree(base + i)));
    if (free.every(Boolean)) return base;
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

async function until(ready: () => boolean, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!ready()) {
    if (child.exitCode !== null) throw new Error(`make dev ended with ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline) throw new Error(`make dev did not print its links:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function interrupt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(-child.pid, 'SIGINT');
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('make dev did not end after Ctrl-C')), STOP_LIMIT_MS).unref(),
  );
  await Promise.race([ended, late]);
}

function parseEnv(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1).replace(/^"(.*)"$/, '$1')];
    }),
  );
}
