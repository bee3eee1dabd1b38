import type { TestProject } from 'vitest/node';
import { startCloud } from '../../harness/stack/cloud.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The variables of the edge, which any client needs. */
    env: Record<string, string>;
    /** Origin of the control API. */
    control: string;
  }
}

/** Starts the local cloud for all tests of this folder. The returned function stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env, control, stop } = await startCloud();
  project.provide('env', env);
  project.provide('control', control);
  return stop;
}
