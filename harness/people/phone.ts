import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from '@playwright/test';
import { drive } from '../browsers/chromium.ts';
import { Nurse } from './nurse.ts';

export type PhotoFile = string | { name: string; mimeType: string; buffer: Buffer };

export interface ScanOptions extends BrowserContextOptions {
  /** Runs before the page is opened. */
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** What makes a browser context a phone. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  colorScheme: 'light',
} satisfies BrowserContextOptions;

/** A nurse with a phone in Chromium, for tests that look into the page. */
export class Phone extends Nurse {
  private constructor(readonly page: Page) {
    super(drive(page, PHONE.hasTouch));
  }

  static async scan(browser: Browser, url: string, { prepare, ...options }: ScanOptions = {}): Promise<Phone> {
    const context = await browser.newContext({ ...PHONE, ...options });
    await prepare?.(context);
    return Phone.open(context, url);
  }

  /** Opens the page in a browser that is already open. */
  static async open(context: BrowserContext, url: string): Promise<Phone> {
    const page = await context.newPage();
    await page.goto(url);
    return new Phone(page);
  }

  /** The screen with this class, once it is ready. */
  screen(name: string): Locator {
    return this.page.locator(`.screen-${name}:not([aria-busy])`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** The sentence of the Error screen. */
  get trouble(): Locator {
    return this.page.getByRole('alert');
  }

  get tiles(): Locator {
    return this.page.locator('.tile');
  }

  /** Chooses photos through the gallery's file chooser. */
  override async choosesPhotos(files: readonly PhotoFile[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button('Gallery').tap();
    await (await chooser).setFiles(files as string[]);
  }

  /** The screen that says that all arrived. */
  get receipt(): Locator {
    return this.page.locator('.receipt');
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
