import base from '../../e2e/playwright.config';

export default {
  ...base,
  testDir: '.',
  testMatch: 'main.ts',
  outputDir: '../out/results',
  timeout: 900_000,
  use: { ...base.use, trace: 'off' as const },
};
