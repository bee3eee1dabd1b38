import { dirname } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The unit tests next to the files that `make mutate` changes; not random lives, which take long and differ. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: [`${dirname(process.env.MUTATE ?? '')}/**/*.test.{ts,tsx}`],
    exclude: ['**/*.model.test.ts'],
    testTimeout: 60_000,
  },
});
