import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from '../browsers/driver.ts';
import { button, choice, field, words, type Sight } from '../browsers/sight.ts';
import { readQR } from '../browsers/qr.ts';
import type { Stack } from '../stack/stack.ts';
import { expect } from '../test.ts';

const SEEN_LIMIT_MS = 30_000;
const POLL_MS = 100;

/** Somebody at a browser, who goes by what the screen says. */
export class Person {
  constructor(protected readonly browser: Driver) {}

  opens(url: string): Promise<void> {
    return this.browser.open(url);
  }

  taps(says: string | RegExp): Promise<void> {
    return this.browser.press(button(says));
  }

  /** Of several that exclude each other. */
  chooses(says: string | RegExp): Promise<void> {
    return this.browser.press(choice(says));
  }

  types(label: string | RegExp, text: string): Promise<void> {
    return this.browser.type(field(label), text);
  }

  picks(label: string | RegExp, option: string): Promise<void> {
    return this.browser.pick(field(label), option);
  }

  /** A sentence, or a part of one. */
  async reads(says: string | RegExp): Promise<void> {
    await this.sees(words(says));
  }

  async sees(sight: Sight, limitMs = SEEN_LIMIT_MS): Promise<void> {
    await expect
      .poll(async () => (await this.browser.look(sight)).length, {
        message: `sees ${String(sight.says ?? sight.kind)}`,
        timeout: limitMs,
      })
      .toBeGreaterThan(0);
  }

  /** Neither now nor a second later. */
  async doesNotSee(sight: Sight): Promise<void> {
    await sleep(1_000);
    expect(await this.browser.look(sight)).toEqual([]);
  }

  async counts(sight: Sight, count: number, limitMs = SEEN_LIMIT_MS): Promise<void> {
    await expect
      .poll(async () => (await this.browser.look(sight)).length, { message: `counts ${sight.kind}`, timeout: limitMs })
      .toBe(count);
  }

  screenshot(): Promise<Buffer> {
    return this.browser.screenshot();
  }
}

/** With one patient's record open in the practice system. */
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

  /** To another patient, in the same window. */
  async turnsTo(encounterId: string): Promise<void> {
    await this.browser.press({ kind: `[data-encounter-id="${encounterId}"]` });
  }

  /** What the code on the screen says to a camera. */
  async readsCode(): Promise<string> {
    for (const deadline = Date.now() + SEEN_LIMIT_MS; ; await sleep(POLL_MS)) {
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

  /** Pictures that are painted, not places kept for them. */
  async hasPhotos(count: number, limitMs?: number): Promise<void> {
    await this.counts({ kind: '[data-image-id] img' }, count, limitMs);
  }
}

/** Whose phone takes the photos. */
export class Nurse extends Person {
  /** Opens the link that the code holds, as the phone's camera does. */
  async scans(link: string): Promise<void> {
    await this.opens(link);
  }

  async choosesPhotos(files: readonly string[]): Promise<void> {
    await this.sees(button('Gallery'));
    await this.browser.choose('input[data-source="gallery"]', files);
  }

  /** Scans the code, chooses photos, and waits until they can be sent. */
  async takesPhotos(link: string, files: readonly string[]): Promise<void> {
    await this.scans(link);
    await this.choosesPhotos(files);
    await this.hasPhotosReady(files.length);
  }

  async hasPhotosReady(count: number): Promise<void> {
    await this.counts({ kind: '.tile' }, count);
    await this.reads(/^Ready to send/);
  }
}
