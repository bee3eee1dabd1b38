import { defineConfig } from '@playwright/test';
import { playwright } from '../../harness/playwright.ts';

export default defineConfig({
  ...playwright,
  testDir: '.',
  outputDir: '../out/results',
  timeout: 900_000,
  use: { ...playwright.use, trace: 'off' },
});
