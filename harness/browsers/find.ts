import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Driver, Launch } from './driver.ts';
import { type Firefoxes, launchFirefox } from './firefox.ts';
import { launchWebKit } from './webkit.ts';

/** The browsers besides Chromium that are driven without Playwright. */
export type OtherBrowser = 'firefox' | 'webkit';

const finder = fileURLToPath(new URL('../../scripts/engines.sh', import.meta.url));

/** Finds a browser on this machine. Returns how to launch it, or what is missing. Firefoxes that are given are used. */
export function findBrowser(
  name: OtherBrowser,
  firefoxes?: Firefoxes,
): ((launch: Launch) => Promise<Driver>) | { missing: string } {
  const found = spawnSync(finder, ['find', name], { encoding: 'utf8' });
  if (found.status !== 0) return { missing: found.stderr.trim() };
  const path = found.stdout.trim();
  return (launch) => {
    if (name === 'webkit') return launchWebKit(path, launch);
    return firefoxes?.open(path, launch) ?? launchFirefox(path, launch);
  };
}
