/**
 * The fixtures of the journeys, which go through the product as a practice
 * does. The person whom a journey is about sits at the browser under test, the
 * other one at Chromium.
 */

import { writeFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';
import { launchChromium } from './browsers/chromium.ts';
import type { Driver, Launch } from './browsers/driver.ts';
import type { Canvas } from './browsers/engine.ts';
import { findBrowser, type OtherBrowser } from './browsers/find.ts';
import { Lab } from './browsers/lab.ts';
import { clearFaults } from './faults/faults.ts';
import { Link } from './faults/link.ts';
import { Clinician } from './people/clinician.ts';
import { DESKTOP } from './people/desktop.ts';
import { Nurse } from './people/nurse.ts';
import { PHONE } from './people/phone.ts';
import { ENCOUNTERS } from './people/practice.ts';
import { makePhoto, type Orientation } from './photos/photos.ts';
import { test as base } from './test.ts';

export type BrowserName = 'chromium' | OtherBrowser;

/** The patient of every journey, and another patient of the practice. */
export const [PATIENT, OTHER_PATIENT] = ENCOUNTERS;

interface PhotoSize {
  width?: number;
  height?: number;
  orientation?: Orientation;
}

interface People {
  clinician: Clinician;
  nurse: Nurse;
  /** The engine alone in the browser under test, with a correct canvas or a falsified one. */
  lab: (canvas: Canvas) => Promise<Lab>;
  /** The phone's network. */
  line: Link;
  /** Takes this number of photos, all different. */
  photos: (count: number, size?: PhotoSize) => Promise<string[]>;
  repaired: void;
}

export interface Cast {
  inBrowser: BrowserName;
  /** The person whom the journey is about. */
  about: 'clinician' | 'nurse';
  /** Settings of the nurse's browser. */
  handset: Partial<Launch>;
  /** False: the practice's network blocks WebSockets. */
  webSockets: boolean;
}

export const test = base.extend<People & Cast>({
  inBrowser: ['chromium', { option: true }],
  about: ['nurse', { option: true }],
  handset: [{}, { option: true }],
  webSockets: [true, { option: true }],
  line: async ({}, use) => {
    const line = await Link.open();
    await use(line);
    await line.close();
  },
  clinician: async ({ browser, stack, inBrowser, about, webSockets }, use, info) => {
    const line = await Link.open();
    if (!webSockets) line.blockWebSockets();
    const driver = await seat(browser, about === 'clinician' ? inBrowser : 'chromium', {
      viewport: DESKTOP.viewport,
      proxy: line.address,
    });
    await use(new Clinician(driver, stack));
    await leave(driver, info.outputPath('desktop.png'));
    await line.close();
  },
  nurse: async ({ browser, inBrowser, about, line, handset }, use, info) => {
    const driver = await seat(browser, about === 'nurse' ? inBrowser : 'chromium', {
      viewport: PHONE.viewport,
      proxy: line.address,
      ...handset,
    });
    await use(new Nurse(driver));
    await leave(driver, info.outputPath('phone.png'));
  },
  lab: async ({ browser, stack, inBrowser }, use) => {
    const driver = await seat(browser, inBrowser, { viewport: PHONE.viewport });
    const labs: Lab[] = [];
    await use(async (canvas) => {
      const lab = await Lab.open(driver, stack, canvas);
      labs.push(lab);
      return lab;
    });
    await driver.close();
    for (const lab of labs) await lab.close();
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
  repaired: [
    async ({ stack }, use) => {
      await use();
      await clearFaults(stack);
    },
    { auto: true },
  ],
});

async function seat(browser: Browser, name: BrowserName, launch: Launch): Promise<Driver> {
  if (name === 'chromium') return launchChromium(browser, launch);
  const found = findBrowser(name);
  if ('missing' in found) return test.skip(true, found.missing) as never;
  return found(launch);
}

async function leave(driver: Driver, picture: string): Promise<void> {
  try {
    writeFileSync(picture, await driver.screenshot());
  } finally {
    await driver.close();
  }
}

export { expect } from '@playwright/test';
export { button, words } from './browsers/sight.ts';
