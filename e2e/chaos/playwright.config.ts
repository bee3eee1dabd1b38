import base from '../playwright.config';

export default {
  ...base,
  testDir: '.',
  outputDir: '../out/chaos',
  testMatch: 'main.ts',
  timeout: 0,
  use: { ...base.use, trace: 'off' as const },
};
