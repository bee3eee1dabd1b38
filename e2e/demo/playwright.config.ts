import base from '../playwright.config';

/** With a screen, two windows that can be watched; without one, the film alone. */
const headless =
  process.env.HEADLESS !== undefined ||
  (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY);

export default {
  ...base,
  testDir: '.',
  outputDir: '../out/results',
  testMatch: 'main.ts',
  use: { ...base.use, headless, trace: 'off' as const },
};
