import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser, CDPSession } from '@playwright/test';

const MEGABYTE = 1024;
/** Resets the kernel's record of the peak (proc(5), clear_refs). */
const RESET_PEAK = '5';

/**
 * The memory of a browser's processes together, in MB, as Linux counts what is resident: what they
 * share counts more than once.
 */
export class Memory {
  private constructor(private readonly browser: CDPSession) {}

  static async of(browser: Browser): Promise<Memory> {
    return new Memory(await browser.newBrowserCDPSession());
  }

  async resident(): Promise<number> {
    return sum(await this.#processes(), 'VmRSS');
  }

  /**
   * By how much the processes grew while something was done, at their most: a bound, as each had its
   * peak at its own time.
   */
  async peakOf(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#processes();
    for (const pid of before) writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
    const rest = sum(before, 'VmRSS');
    await work();
    return sum(await this.#processes(), 'VmHWM') - rest;
  }

  async #processes(): Promise<number[]> {
    const { processInfo } = await this.browser.send('SystemInfo.getProcessInfo');
    return processInfo.map(({ id }) => id);
  }
}

function sum(processes: readonly number[], field: 'VmRSS' | 'VmHWM'): number {
  return processes.reduce((total, pid) => total + kilobytes(pid, field), 0) / MEGABYTE;
}

function kilobytes(pid: number, field: string): number {
  try {
    return Number(
      new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0,
    );
  } catch {
    return 0; // it has ended
  }
}
