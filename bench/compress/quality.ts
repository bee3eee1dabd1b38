/** How far a picture is from its source, by libjxl's tools: lower is better. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Quality {
  ssimulacra: number;
  /** 3-norm. */
  butteraugli: number;
}

/** Compares two PNG files of one size. Rejects where the tools (Debian: libjxl-devtools) are missing. */
export async function compare(source: string, result: string): Promise<Quality> {
  const ssimulacra = await run('ssimulacra_main', [source, result]);
  const butteraugli = await run('butteraugli_main', [source, result]);
  const norm = /3-norm: ([\d.]+)/.exec(butteraugli.stdout)?.[1];
  if (norm === undefined) throw new Error(`butteraugli_main printed: ${butteraugli.stdout}`);
  return { ssimulacra: Number.parseFloat(ssimulacra.stdout), butteraugli: Number.parseFloat(norm) };
}
