/** What every Playwright configuration of this repository has in common. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlaywrightTestConfig } from '@playwright/test';
import type { Cast } from './journey.ts';

const browser = fileURLToPath(new URL('../scripts/browser.sh', import.meta.url));
const executablePath = execFileSync(browser, { encoding: 'utf8' }).trim();

export const playwright: PlaywrightTestConfig<Cast> = {
  // Each worker has a stack and a browser; `make test-e2e` gives two cores two.
  workers: 1,
  // A busy machine gets a second try. The report calls it flaky, not passed.
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
};
