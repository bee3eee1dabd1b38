import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, readVariables, start } from './program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/**
 * A name on the practice's network, by which phones reach this machine; a test's own line knows where
 * it leads (lan.spec.ts).
 */
export const LAN_NAME = 'practice.test';

/** The whole product, as `make dev` starts it, with its own ports and data. */
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
  /** Its output so far. */
  output(): string;
  /** Ctrl-C; resolves when every process has ended. */
  stop(): Promise<void>;
}

/** Runs `make dev` or `make watch` with these settings and waits until it has printed both links. */
export async function startStack(
  settings: Record<string, string> = {},
  target: 'dev' | 'watch' = 'dev',
): Promise<Stack> {
  const port = await freePorts();
  const data = mkdtempSync(join(tmpdir(), 'photobridge-'));
  const clear = (): void => rmSync(data, { recursive: true, force: true });
  const made = [
    '--no-print-directory',
    target,
    `PORT=${port}`,
    `DATA=${data}`,
    `ALLOWED_ORIGINS=http://${LAN_NAME},https://${LAN_NAME}`,
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ];
  const product = await start('make', made, (output) => /\/mobile#t=/.test(output), { cwd: root, group: true }).catch(
    (error: unknown) => {
      clear();
      throw error;
    },
  );
  return {
    edge: `http://127.0.0.1:${port}`,
    practice: `http://127.0.0.1:${port + 1}`,
    control: `http://127.0.0.1:${port + 5}`,
    port,
    env: readVariables(join(data, 'dev.env')),
    output: () => product.output(),
    stop: async () => {
      await product.stop();
      clear();
    },
  };
}
