import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Driver, Launch } from './driver.ts';
import { launchFirefox } from './firefox.ts';
import { launchWebKit } from './webkit.ts';

/** The browsers besides Chromium that are driven without Playwright. */
export type OtherBrowser = 'firefox' | 'webkit';

const finder = fileURLToPath(new URL('../../scripts/engines.sh', import.meta.url));
const launchers = { firefox: launchFirefox, webkit: launchWebKit };

/** Finds a browser on this machine. Returns how to launch it, or what is missing. */
export function findBrowser(name: OtherBrowser): ((launch: Launch) => Promise<Driver>) | { missing: string } {
  const found = spawnSync(finder, ['find', name], { encoding: 'utf8' });
  if (found.status !== 0) return { missing: found.stderr.trim() };
  return (launch) => launchers[name](found.stdout.trim(), launch);
}
