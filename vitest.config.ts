import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // What compiles a host page takes its time on a busy machine.
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'web',
          include: ['web/src/**/*.test.{ts,tsx}', 'wasm/browser/*.test.ts'],
          exclude: ['web/src/widget/record/servers/**'],
        },
      },
      // FHIR servers, and the published definitions that they validate by: a minute.
      { extends: true, test: { name: 'records', include: ['web/src/widget/record/servers/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'tools', include: ['bench/**/*.test.ts', 'scripts/**/*.test.ts', 'edge/*.test.mjs'] },
      },
      {
        extends: true,
        test: {
          name: 'local',
          include: ['local/contract/*.test.ts'],
          globalSetup: 'local/contract/setup.ts',
          // One cloud, whose faults and clocks are everybody's.
          fileParallelism: false,
        },
      },
    ],
  },
});
