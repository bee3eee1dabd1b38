/** The installed browsers, each opened at the bench's page; the page asks the server what to do. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Driver } from '../../harness/browsers/driver.ts';
import { findBrowser } from '../../harness/browsers/find.ts';
import { throttle } from './throttle.ts';

const VIEWPORT = { width: 1280, height: 860 };

export interface Opened {
  close(): Promise<unknown>;
  /** Where it can be slowed. */
  slow?: Slow;
}

export interface Slow {
  /** Slows the page with its workers until the returned function is called. */
  by(factor: number): Promise<() => Promise<void>>;
  /**
   * Milliseconds that a loop takes in the engine's worker, each of many times: too short for all of them
   * to be held up.
   */
  loops(): Promise<number[]>;
}

interface Browser {
  name: string;
  open(url: string): Promise<Opened>;
}

/** Chromium, and Firefox and WebKit where they are installed. */
export function browsers(root: string): Browser[] {
  const all: Browser[] = [
    {
      name: 'Chromium',
      open: (url) => openChromium(execFileSync(join(root, 'scripts/browser.sh'), { encoding: 'utf8' }).trim(), url),
    },
  ];
  for (const name of ['Firefox', 'WebKit'] as const) {
    const found = findBrowser(name.toLowerCase() as Lowercase<typeof name>);
    if ('missing' in found) console.log(found.missing);
    else all.push({ name, open: async (url) => opened(await found({ viewport: VIEWPORT }), url) });
  }
  return all;
}

async function opened(driver: Driver, url: string): Promise<Opened> {
  await driver.open(url);
  return driver;
}

async function openChromium(executablePath: string, url: string): Promise<Opened> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  await page.goto(url);
  const session = await browser.newBrowserCDPSession();
  return {
    close: () => browser.close(),
    slow: {
      async by(factor) {
        const { processInfo } = await session.send('SystemInfo.getProcessInfo');
        return throttle(
          processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id),
          factor,
        );
      },
      loops() {
        const [worker] = page.workers();
        if (!worker) throw new Error('no engine runs');
        return worker.evaluate(() => {
          // One function for all calls: a new one would be compiled meanwhile.
          const kept = globalThis as typeof globalThis & { loop?: () => number };
          kept.loop ??= () => {
            const before = performance.now();
            let sum = 0;
            for (let i = 0; i < 1_000_000; i++) sum = (Math.imul(sum, 31) + i) | 0;
            return performance.now() - before + 0 * sum;
          };
          return Array.from({ length: 400 }, kept.loop);
        });
      },
    },
  };
}
