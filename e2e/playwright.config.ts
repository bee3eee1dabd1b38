import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import type { Cast } from './journeys/journey';

const browser = fileURLToPath(new URL('../scripts/browser.sh', import.meta.url));
const executablePath = execFileSync(browser, { encoding: 'utf8' }).trim();

/** What measures this machine has it to itself. */
const MEASURES = /\/(memory|timing)\.spec\.ts$/;

export default defineConfig<Cast>({
  testDir: '.',
  outputDir: 'out/results',
  // Each has a stack and a browser of its own; `make test-e2e` gives two cores two.
  workers: 1,
  // A second try on a busy machine; the report calls it flaky and not passed.
  retries: process.env.CI ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--use-fake-device-for-media-stream',
      ],
    },
    trace: 'on-first-retry',
  },
  projects: [
    { name: 'chromium', testIgnore: MEASURES },
    { name: 'measures', testMatch: MEASURES },
    { name: 'firefox', testDir: 'journeys', use: { engineName: 'firefox' } },
    { name: 'webkit', testDir: 'journeys', use: { engineName: 'webkit' } },
  ],
});
