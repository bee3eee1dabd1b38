import { test as base } from '@playwright/test';
import { emptyBucket } from './faults/faults.ts';
import { endSessions } from './people/practice.ts';
import { startStack, type Stack } from './stack/stack.ts';

/**
 * Playwright's test with the whole product, started once for all files. When a test starts, no session is open and the
 * bucket is empty: photos of a session that an earlier test let expire would stay for a day.
 */
export const test = base.extend<{ blank: void }, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  blank: [
    async ({ stack }, use) => {
      await endSessions(stack);
      await emptyBucket(stack);
      await use();
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
