import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, readVariables, start } from './program.ts';

const binary = fileURLToPath(new URL('../../build/local', import.meta.url));

/** The local cloud without the product, with its own data. */
export interface Cloud {
  /** Origin of its status and control page. */
  control: string;
  /** The variables for an edge. */
  env: Record<string, string>;
  /** Ctrl-C; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface CloudOptions {
  /** The first of its ports. Missing: free ones. */
  port?: number;
  /** A Redis server to use in place of the embedded one. */
  redisUrl?: string;
}

export async function startCloud({ port, redisUrl = '' }: CloudOptions = {}): Promise<Cloud> {
  if (!existsSync(binary)) throw new Error('build/local is missing: run `make build`');
  const first = port ?? (await freePorts());
  const data = mkdtempSync(join(tmpdir(), 'photobridge-cloud-'));
  const clear = (): void => rmSync(data, { recursive: true, force: true });
  const env = { PORT: String(first), HOST: '127.0.0.1', DATA: data, REDIS_URL: redisUrl };
  const cloud = await start(binary, [], (output) => output.includes('variables:'), { env }).catch((error: unknown) => {
    clear();
    throw error;
  });
  return {
    control: `http://127.0.0.1:${first + 5}`,
    env: readVariables(join(data, 'dev.env')),
    stop: async () => {
      await cloud.stop();
      clear();
    },
  };
}
