/** Programs that run until they are stopped, with their own ports and variables. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;
const LOOK_AGAIN_MS = 100;

export interface Program {
  pid: number;
  /** Its output so far. */
  output(): string;
  /** Ctrl-C; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  cwd?: string;
  /** Added to this process's variables. */
  env?: Record<string, string>;
  /** In its own process group: `stop` ends what it started, too. */
  group?: boolean;
}

/**
 * Starts a program and waits until it is ready, by what it has printed or otherwise. Rejects, with
 * what it printed, if it ends or takes too long.
 */
export async function start(
  command: string,
  args: string[],
  ready: (output: string) => boolean | Promise<boolean>,
  { cwd, env, group = false }: ProgramOptions = {},
): Promise<Program> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: group,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const { pid } = child;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded() || pid === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    process.kill(group ? -pid : pid, 'SIGINT');
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`${command} did not end after Ctrl-C`)), STOP_LIMIT_MS).unref(),
    );
    await Promise.race([ended, late]);
  };
  try {
    for (const deadline = Date.now() + START_LIMIT_MS; !(await ready(output)); ) {
      if (failure) throw failure;
      if (hasEnded()) throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}:\n${output}`);
      if (Date.now() > deadline) throw new Error(`${command} is not ready:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: pid ?? NaN, output: () => output, stop };
}

/** The first of twelve free ports in a row, which `make watch` uses, outside the ephemeral range. */
export async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 10_000 + Math.floor(Math.random() * 1_000) * 20;
    const free = await Promise.all(Array.from({ length: 12 }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('found no twelve free ports in a row');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Returns the variables of an env file, such as the one that the local cloud writes for the edge. */
export function readVariables(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').matchAll(/^([A-Z]\w*)="?(.*?)"?$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value]));
}
