import {
  expect,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import type { WidgetImage } from '../../web/src/widget/image.ts';
import { readQR } from '../browsers/qr.ts';
import type { Stack } from '../stack/stack.ts';

/** What makes a browser context a desktop. */
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 860 }, colorScheme: 'light' };

/** A clinician at the practice system, with one patient's record open. */
export class Desktop {
  private constructor(readonly page: Page) {}

  static async open(
    browser: Browser,
    stack: Stack,
    encounterId: string,
    options: BrowserContextOptions = {},
  ): Promise<Desktop> {
    return Desktop.openIn(await browser.newContext({ ...DESKTOP, ...options }), stack, encounterId);
  }

  /** In a browser that is there already. */
  static async openIn(context: BrowserContext, stack: Stack, encounterId: string): Promise<Desktop> {
    const page = await context.newPage();
    await page.goto(`${stack.practice}/#${encounterId}`);
    const desktop = new Desktop(page);
    await expect(desktop.codeButton).toBeEnabled();
    return desktop;
  }

  get codeButton(): Locator {
    return this.page.getByTestId('show-code');
  }

  get tiles(): Locator {
    return this.page.locator('[data-image-id]');
  }

  /** The tiles whose picture has been painted. */
  get painted(): Locator {
    return this.tiles.locator('img');
  }

  /** Notes from here on when each photo is painted. The answer waits for one, the first that came unless it is named, and tells its time. */
  async watchPaints(): Promise<(imageId?: string) => Promise<number>> {
    const paints = await this.page.evaluateHandle(notePaints);
    return async (imageId) => {
      const at = await this.page.waitForFunction(
        ([seen, id]) => (id === undefined ? [...seen.values()][0] : seen.get(id)),
        [paints, imageId] as const,
        { polling: 100 },
      );
      return (await at.jsonValue()) ?? NaN;
    };
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  get status(): Locator {
    return this.page.getByTestId('status');
  }

  /** What the practice's own record holds. */
  get record(): Locator {
    return this.page.locator('[data-record-id]');
  }

  /** Shows the code and reads it off a screenshot, as a phone's camera would. */
  async scanCode(): Promise<string> {
    await this.codeButton.click();
    await expect(this.page.getByTestId('qr')).toBeVisible();
    const url = readQR(await this.page.screenshot());
    if (url === undefined) throw new Error('no QR code can be read off the screen');
    return url;
  }

  /** What it shows for a phone whose camera will not scan; the code is on the screen already. */
  async typedCode(): Promise<string> {
    return (await this.page.getByTestId('typed-code').textContent()) ?? '';
  }

  /** What the widget hands its host. */
  images(): Promise<Pick<WidgetImage, 'id' | 'metadata' | 's3Key'>[]> {
    return this.page.evaluate(() =>
      [...(document.querySelector('photobridge-widget')?.images ?? [])].map(({ id, metadata, s3Key }) => ({
        id,
        metadata,
        ...(s3Key === undefined ? {} : { s3Key }),
      })),
    );
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** Runs in the page: when each photo was decoded and a frame drawn with it, in milliseconds since 1970. */
function notePaints(): Map<string, number> {
  const root = document.querySelector('photobridge-widget')?.shadowRoot;
  if (!root) throw new Error('no widget');
  const paints = new Map<string, number>();
  const seen = new WeakSet<Element>();
  new MutationObserver(() => {
    for (const image of root.querySelectorAll<HTMLImageElement>('[data-image-id] img')) {
      if (seen.has(image)) continue;
      seen.add(image);
      const id = image.closest('[data-image-id]')?.getAttribute('data-image-id') ?? '';
      void image.decode().then(() => requestAnimationFrame(() => setTimeout(() => paints.set(id, Date.now()))));
    }
  }).observe(root, { subtree: true, childList: true });
  return paints;
}
