import { defineConfig } from '@playwright/test';
import { playwright } from '../../harness/playwright.ts';

export default defineConfig({
  ...playwright,
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../out/results',
  timeout: 3_600_000,
  retries: 0,
  use: { ...playwright.use, trace: 'off' },
});
