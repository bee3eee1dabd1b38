import { test as base } from '@playwright/test';
import { endSessions } from './people/practice.ts';
import { startStack, type Stack } from './stack/stack.ts';

/** Playwright's test with the whole product, started once for all files. No session is open when a test starts. */
export const test = base.extend<{ noSessions: void }, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  noSessions: [
    async ({ stack }, use) => {
      await endSessions(stack);
      await use();
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
