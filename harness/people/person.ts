import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@playwright/test';
import type { Driver } from '../browsers/driver.ts';
import { button, choice, field, words, type Sight } from '../browsers/sight.ts';

const SEEN_LIMIT_MS = 30_000;

/** Somebody at a browser, who finds things by what the screen says. */
export class Person {
  constructor(protected readonly browser: Driver) {}

  opens(url: string): Promise<void> {
    return this.browser.open(url);
  }

  taps(says: string | RegExp): Promise<void> {
    return this.browser.press(button(says));
  }

  /** Presses an element without text, found by a CSS selector. */
  presses(selector: string): Promise<void> {
    return this.browser.press({ kind: selector });
  }

  /** Presses one of several choices that exclude each other. */
  chooses(says: string | RegExp): Promise<void> {
    return this.browser.press(choice(says));
  }

  /** Moves a slider, found by a CSS selector. */
  slides(selector: string, value: number): Promise<void> {
    return this.browser.run(moveSlider, { selector, value });
  }

  types(label: string | RegExp, text: string): Promise<void> {
    return this.browser.type(field(label), text);
  }

  picks(label: string | RegExp, option: string): Promise<void> {
    return this.browser.pick(field(label), option);
  }

  /** Waits for a sentence, or for a part of one. */
  async reads(says: string | RegExp, limitMs?: number): Promise<void> {
    await this.sees(words(says), limitMs);
  }

  async sees(sight: Sight, limitMs = SEEN_LIMIT_MS): Promise<void> {
    await expect
      .poll(async () => (await this.browser.look(sight)).length, {
        message: `sees ${String(sight.says ?? sight.kind)}`,
        timeout: limitMs,
      })
      .toBeGreaterThan(0);
  }

  /** Fails if it still exists after a second. */
  async doesNotSee(sight: Sight): Promise<void> {
    await sleep(1_000);
    expect(await this.browser.look(sight)).toEqual([]);
  }

  async counts(sight: Sight, count: number, limitMs = SEEN_LIMIT_MS): Promise<void> {
    await expect
      .poll(async () => (await this.browser.look(sight)).length, { message: `counts ${sight.kind}`, timeout: limitMs })
      .toBe(count);
  }

  /** Runs a function in the page, which can use nothing of here. */
  inPage<T>(does: () => T | Promise<T>): Promise<T> {
    return this.browser.run(does, undefined);
  }

  screenshot(): Promise<Buffer> {
    return this.browser.screenshot();
  }
}

/** Runs in the page. */
function moveSlider({ selector, value }: { selector: string; value: number }): void {
  const widget = document.querySelector('photobridge-widget')?.shadowRoot;
  const slider = document.querySelector(selector) ?? widget?.querySelector(selector);
  if (!(slider instanceof HTMLInputElement)) throw new Error(`no slider ${selector}`);
  slider.value = String(value);
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}
