/** The local cloud under test, with its variables. */

import { inject } from 'vitest';
import type { Controlled } from '../../harness/faults/faults.ts';

const env = inject('env');

/** The cloud, for the functions in harness/faults. */
export const cloud: Controlled = { control: inject('control') };

/** Returns a variable of the edge. */
export function variable(name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`the local cloud gave no ${name}`);
  return value;
}
