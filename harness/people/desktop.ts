import {
  expect,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import type { WidgetImage } from '../../web/src/widget/image.ts';
import { drive } from '../browsers/chromium.ts';
import type { Stack } from '../stack/stack.ts';
import { makePhotos } from '../photos/photos.ts';
import { Clinician } from './clinician.ts';
import { completesAll } from './gate.ts';
import { Phone } from './phone.ts';

/** What makes a browser context a desktop. */
export const DESKTOP = { viewport: { width: 1280, height: 860 }, colorScheme: 'light' } satisfies BrowserContextOptions;

/** A clinician at the practice system in Chromium, for tests that look into the page. */
export class Desktop extends Clinician {
  private constructor(
    readonly page: Page,
    stack: Stack,
  ) {
    super(drive(page, false), stack);
  }

  static async open(
    browser: Browser,
    stack: Stack,
    encounterId: string,
    options: BrowserContextOptions = {},
    prepare: (context: BrowserContext) => Promise<void> = async () => {},
  ): Promise<Desktop> {
    const context = await browser.newContext({ ...DESKTOP, ...options });
    await prepare(context);
    return Desktop.openIn(context, stack, encounterId);
  }

  /** Opens a patient in a browser that is already open. */
  static async openIn(context: BrowserContext, stack: Stack, encounterId: string): Promise<Desktop> {
    const desktop = new Desktop(await context.newPage(), stack);
    await desktop.opensPatient(encounterId);
    await expect(desktop.codeButton).toBeEnabled();
    return desktop;
  }

  /** Opens a patient, and has a phone send photos of these widths until they are painted. */
  static async holding(
    browser: Browser,
    stack: Stack,
    encounterId: string,
    folder: string,
    widths: readonly number[],
    options: BrowserContextOptions = {},
  ): Promise<Desktop> {
    const desktop = await Desktop.open(browser, stack, encounterId, options);
    const phone = await Phone.scan(browser, await desktop.showsCode());
    await phone.sendsPhotos(await makePhotos(desktop.page, folder, widths));
    await expect(desktop.painted).toHaveCount(widths.length);
    await phone.close();
    await desktop.codeButton.click();
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

  /**
   * Notes when each photo is painted, from here on. The returned function waits
   * for one photo, the first if none is named, and returns its time.
   */
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

  /** Reports when the first tile appeared, in milliseconds since 1970. It is empty if the photo is still on its way. */
  async watchTile(): Promise<() => Promise<number>> {
    const tile = await this.page.evaluateHandle(noteTile);
    return () => tile.evaluate(({ at }) => at);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  get status(): Locator {
    return this.page.getByTestId('status');
  }

  /** The entries of the practice's record. */
  get record(): Locator {
    return this.page.locator('[data-record-id]');
  }

  /** The code to type where no camera scans. The code must be on the screen already. */
  async typedCode(): Promise<string> {
    return (await this.page.getByTestId('typed-code').textContent()) ?? '';
  }

  /** The images that the widget hands to its host. */
  images(): Promise<Pick<WidgetImage, 'id' | 'metadata' | 's3Key'>[]> {
    return this.page.evaluate(() =>
      [...(document.querySelector('photobridge-widget')?.images ?? [])].map(({ id, metadata, s3Key }) => ({
        id,
        metadata,
        ...(s3Key === undefined ? {} : { s3Key }),
      })),
    );
  }

  /** The widths of the images that the widget hands to its host. */
  widths(): Promise<number[]> {
    return this.page.evaluate(() =>
      (document.querySelector('photobridge-widget')?.images ?? []).map(({ width }) => width),
    );
  }

  /** Sets site and side of every photo, from the gate. */
  completesAll(): Promise<void> {
    return completesAll(this.page);
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

/** Runs in the page: when a frame was drawn with the first tile, in milliseconds since 1970. */
function noteTile(): { at: number } {
  const root = document.querySelector('photobridge-widget')?.shadowRoot;
  if (!root) throw new Error('no widget');
  const tile = { at: NaN };
  const observer = new MutationObserver(() => {
    if (!root.querySelector('.tile')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (tile.at = Date.now())));
  });
  observer.observe(root, { subtree: true, childList: true });
  return tile;
}
