import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from '../browsers/driver.ts';
import { readQR } from '../browsers/qr.ts';
import { button } from '../browsers/sight.ts';
import type { Stack } from '../stack/stack.ts';
import type { Nurse } from './nurse.ts';
import { Person } from './person.ts';

const READ_LIMIT_MS = 30_000;
const READ_AGAIN_MS = 100;

/** Sits at the practice system, with one patient's record open. */
export class Clinician extends Person {
  constructor(
    browser: Driver,
    private readonly stack: Stack,
  ) {
    super(browser);
  }

  async opensPatient(encounterId: string): Promise<void> {
    await this.opens(`${this.stack.practice}/#${encounterId}`);
    await this.sees(button('Show code'));
  }

  /** Opens another patient in the same window. */
  async turnsTo(encounterId: string): Promise<void> {
    await this.browser.press({ kind: `[data-encounter-id="${encounterId}"]` });
  }

  /** Returns the link in the code on the screen, as a camera reads it. */
  async readsCode(): Promise<string> {
    for (const deadline = Date.now() + READ_LIMIT_MS; ; await sleep(READ_AGAIN_MS)) {
      const link = readQR(await this.screenshot());
      if (link !== undefined) return link;
      if (Date.now() > deadline) throw new Error('no code can be read off the screen');
    }
  }

  async showsCode(): Promise<string> {
    await this.taps('Show code');
    return this.readsCode();
  }

  /** Opens a patient, and has a phone send photos until they are here. */
  async receives(nurse: Nurse, encounterId: string, files: readonly string[]): Promise<void> {
    await this.opensPatient(encounterId);
    await nurse.takesPhotos(await this.showsCode(), files);
    await nurse.taps('Send without details');
    await this.hasPhotos(files.length);
  }

  /** Waits for painted pictures, not for the places that are kept for them. */
  async hasPhotos(count: number, limitMs?: number): Promise<void> {
    await this.counts({ kind: '[data-image-id] img' }, count, limitMs);
  }
}
