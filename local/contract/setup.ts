import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { freePorts, readVariables, start } from '../../harness/stack/program.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The variables of the edge, which are what any client needs. */
    env: Record<string, string>;
    /** Origin of the control API. */
    control: string;
  }
}

const binary = fileURLToPath(new URL('../../build/local', import.meta.url));

/** Starts the local cloud for all tests of this folder; the returned function stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(binary)) throw new Error('build/local is not there: run `make build` first');
  const port = await freePorts();
  const data = mkdtempSync(join(tmpdir(), 'photobridge-contract-'));
  const cloud = await start(binary, ['-port', String(port), '-data', data], (output) => output.includes('dev.env'));
  project.provide('env', readVariables(join(data, 'dev.env')));
  project.provide('control', `http://127.0.0.1:${port + 5}`);
  return async () => {
    await cloud.stop();
    rmSync(data, { recursive: true, force: true });
  };
}
