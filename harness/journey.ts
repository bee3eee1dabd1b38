/**
 * The journeys: the product as a practice goes through it, one file each. Each
 * runs in every driver: there the person whom it is about sits at that driver,
 * and the other one at Chromium.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';
import { launchChromium, registerSights } from './browsers/chromium.ts';
import type { Driver, Launch } from './browsers/driver.ts';
import { launchFirefox } from './browsers/firefox.ts';
import { launchWebKit } from './browsers/webkit.ts';
import { clearFaults } from './faults/faults.ts';
import { Link } from './faults/link.ts';
import { makePhoto, type Orientation } from './photos/photos.ts';
import { ENCOUNTERS } from './people/practice.ts';
import { test as base } from './test.ts';
import { Clinician, Nurse } from './people/people.ts';

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

/** The patient whom every journey is about, and another one of the practice. */
export const [PATIENT, OTHER_PATIENT] = ENCOUNTERS;

const DESK = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
const finder = fileURLToPath(new URL('../scripts/engines.sh', import.meta.url));

interface PhotoSize {
  width?: number;
  height?: number;
  orientation?: Orientation;
}

interface People {
  clinician: Clinician;
  nurse: Nurse;
  /** The phone's line to everything else. */
  line: Link;
  /** Takes so many photos, no two alike. */
  photos: (count: number, size?: PhotoSize) => Promise<string[]>;
  mended: void;
}

export interface Cast {
  inBrowser: BrowserName;
  /** Whom the journey is about. */
  about: 'clinician' | 'nurse';
}

export const test = base.extend<People & Cast>({
  inBrowser: ['chromium', { option: true }],
  about: ['nurse', { option: true }],
  line: async ({}, use) => {
    const line = await Link.open();
    await use(line);
    await line.close();
  },
  clinician: async ({ browser, stack, inBrowser, about }, use, info) => {
    const line = await Link.open();
    const driver = await seat(browser, about === 'clinician' ? inBrowser : 'chromium', {
      viewport: DESK,
      proxy: line.address,
    });
    await use(new Clinician(driver, stack));
    await leave(driver, info.outputPath('desktop.png'));
    await line.close();
  },
  nurse: async ({ browser, inBrowser, about, line }, use, info) => {
    const driver = await seat(browser, about === 'nurse' ? inBrowser : 'chromium', {
      viewport: PHONE,
      proxy: line.address,
    });
    await use(new Nurse(driver));
    await leave(driver, info.outputPath('phone.png'));
  },
  photos: async ({ page }, use, info) => {
    let taken = 0;
    await use(async (count, { width = 1600, height = 1200, orientation = 1 } = {}) => {
      const paths = [];
      for (let i = 0; i < count; i++, taken++) {
        paths.push(
          await makePhoto(page, info.outputDir, `photo-${taken + 1}.jpg`, {
            width: width + 2 * taken,
            height,
            orientation,
          }),
        );
      }
      return paths;
    });
  },
  mended: [
    async ({ stack }, use) => {
      await use();
      await clearFaults(stack);
    },
    { auto: true },
  ],
});

async function seat(browser: Browser, name: BrowserName, launch: Launch): Promise<Driver> {
  if (name === 'chromium') return registerSights().then(() => launchChromium(browser, launch));
  const found = spawnSync(finder, ['find', name], { encoding: 'utf8' });
  test.skip(found.status !== 0, found.stderr.trim());
  const program = found.stdout.trim();
  return name === 'firefox' ? launchFirefox(program, launch) : launchWebKit(program, launch);
}

async function leave(driver: Driver, picture: string): Promise<void> {
  try {
    writeFileSync(picture, await driver.screenshot());
  } finally {
    await driver.close();
  }
}

export { expect } from './test.ts';
export { button, words } from './browsers/sight.ts';
