import { defineConfig } from '@playwright/test';
import type { Cast } from '../harness/journey.ts';
import { playwright } from '../harness/playwright.ts';

/** These measure time or memory, so they run alone. */
const MEASURES = /\/(memory|timing)\.spec\.ts$/;
/** These run only on request: `make chaos`, `make demo`. */
const ON_REQUEST = /\/(chaos|demo)\.spec\.ts$/;

/** With a display, the demo shows two windows. Without one, it only makes the film. */
const headless =
  process.env.HEADLESS !== undefined ||
  (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY);

export default defineConfig<Cast>({
  ...playwright,
  testDir: '.',
  outputDir: 'out/results',
  projects: [
    { name: 'chromium', testIgnore: [MEASURES, ON_REQUEST] },
    { name: 'measures', testMatch: MEASURES },
    { name: 'firefox', testDir: 'journeys', use: { inBrowser: 'firefox' } },
    { name: 'webkit', testDir: 'journeys', use: { inBrowser: 'webkit' } },
    { name: 'chaos', testMatch: 'chaos.spec.ts', timeout: 0, retries: 0, use: { trace: 'off' } },
    { name: 'demo', testMatch: 'demo.spec.ts', use: { headless, trace: 'off' } },
  ],
});
