import type { Browser } from '@playwright/test';
import { clearFaults } from '../faults/faults.ts';
import { Desktop } from '../people/desktop.ts';
import type { Stack } from '../stack/stack.ts';
import type { Ledger } from './ledger.ts';

/** A photo that the session has is on an open desktop by then. */
const SHOWN = { timeout: 30_000 };

/** A practice system whose page closes right after an action in its widget. */
export class HostPage {
  private constructor(
    private readonly desktop: Desktop,
    private readonly stack: Stack,
    private readonly encounterId: string,
  ) {}

  static async open(browser: Browser, stack: Stack, encounterId: string): Promise<HostPage> {
    return new HostPage(await Desktop.open(browser, stack, encounterId), stack, encounterId);
  }

  /** Removes a photo, and closes before the time for Undo is over. */
  removes(ledger: Ledger): Promise<void> {
    return this.#actsAndGoes(ledger, async (imageId) => {
      await this.desktop.button('Remove photo').click(SHOWN);
      ledger.noteRemoval(imageId);
    });
  }

  /** Corrects a photo, and closes at once. */
  corrects(ledger: Ledger): Promise<void> {
    return this.#actsAndGoes(ledger, async (imageId) => {
      const bodySite = ledger.anySite();
      await this.desktop.page.getByLabel('Body site').selectOption(bodySite, SHOWN);
      ledger.noteSite(imageId, bodySite);
    });
  }

  close(): Promise<void> {
    return this.desktop.close();
  }

  async #actsAndGoes(ledger: Ledger, act: (imageId: string) => Promise<void>): Promise<void> {
    const image = await ledger.any();
    if (!image) return;
    await clearFaults(this.stack); // a page that is gone has one try
    const { page } = this.desktop;
    await page.locator(`[data-image-id="${image.imageId}"]`).click(SHOWN);
    await act(image.imageId);
    await page.goto('about:blank');
    await this.desktop.opensPatient(this.encounterId);
  }
}
