import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from '@playwright/test';

export type PhotoFile = string | { name: string; mimeType: string; buffer: Buffer };

export interface ScanOptions extends BrowserContextOptions {
  /** Runs before the page is opened. */
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** What makes a browser context a phone. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  colorScheme: 'light',
};

/** A phone-sized page with touch, holding what the code says. */
export class Phone {
  private constructor(readonly page: Page) {}

  static async scan(browser: Browser, url: string, { prepare, ...options }: ScanOptions = {}): Promise<Phone> {
    const context = await browser.newContext({ ...PHONE, ...options });
    await prepare?.(context);
    return Phone.open(context, url);
  }

  /** In a browser that is there already. */
  static async open(context: BrowserContext, url: string): Promise<Phone> {
    const page = await context.newPage();
    await page.goto(url);
    return new Phone(page);
  }

  /** The screen that is shown, as its class names it. */
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

  /** Through the gallery's own file chooser. */
  async choose(files: PhotoFile[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.button('Gallery').tap();
    await (await chooser).setFiles(files as string[]);
  }

  /** Chooses photos, says nothing of them, and presses Send. */
  async send(files: PhotoFile[]): Promise<void> {
    await this.choose(files);
    await this.button('Add details').tap();
    for (let i = 1; i < files.length; i++) await this.button('Skip').tap();
    await this.button(/^Send \d+ photos?$/).tap();
  }

  /** The screen that says that all arrived. */
  get receipt(): Locator {
    return this.page.locator('.receipt');
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
