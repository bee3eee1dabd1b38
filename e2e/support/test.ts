import { test as base } from '@playwright/test';
import { startStack, type Stack } from './stack';

/** Playwright's test with the whole product running beside it, once for all files. */
export const test = base.extend<object, { stack: Stack }>({
  stack: [
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
});

export { expect } from '@playwright/test';
