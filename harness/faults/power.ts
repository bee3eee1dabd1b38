import { execFileSync } from 'node:child_process';
import { chromium, type BrowserContext, type LaunchOptions } from '@playwright/test';
import { PHONE } from '../people/phone.ts';

/** A phone whose browser keeps its data in a folder, so that it can be killed and started again. */
export function switchOn(profile: string, launch: LaunchOptions, proxy: { server: string }): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { ...launch, ...PHONE, proxy });
}

/** Kills the browser as an empty battery does: without notice and without saving. */
export async function cutPower(context: BrowserContext, profile: string): Promise<void> {
  const processes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const main = processes.find((line) => line.includes(`--user-data-dir=${profile}`) && !line.includes('--type='));
  if (main === undefined) throw new Error('the browser does not run');
  const closed = new Promise((resolve) => context.once('close', resolve));
  process.kill(Number.parseInt(main, 10), 'SIGKILL');
  await closed;
}
