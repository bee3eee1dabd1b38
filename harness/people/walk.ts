import type { Browser } from '@playwright/test';
import { askConsent } from './consent.ts';
import { inject } from '../faults/faults.ts';
import { Phone, type ScanOptions } from './phone.ts';
import { Session } from './practice.ts';
import type { Stack } from '../stack/stack.ts';
import { expect } from '../test.ts';

const PREPARED = { timeout: 30_000 };

export interface WalkOptions extends ScanOptions {
  /** A language's tag; the page's controls are found without their words. */
  lang?: string;
}

/** Leads a phone past every screen and sheet of one session, and calls `visit` at each. `photos` are five files. */
export async function walk(
  browser: Browser,
  stack: Stack,
  photos: readonly string[],
  { lang, ...options }: WalkOptions,
  visit: (phone: Phone, name: string) => Promise<void>,
): Promise<void> {
  const session = await Session.open(stack);
  let letIn = (): void => undefined;
  const held = new Promise<void>((resolve) => (letIn = resolve));
  const url = lang === undefined ? session.url : session.url.replace('#', `?lang=${lang}#`);
  const phone = await Phone.scan(browser, url.replace(/#.*/, ''), {
    permissions: ['camera'],
    ...options,
    prepare: async (context) => {
      await options.prepare?.(context);
      await askConsent(context, 'ask');
      await context.route('**/token/*', (route) => held.then(() => route.fallback()));
    },
  });
  const { page } = phone;
  const tap = (selector: string): Promise<void> => page.locator(selector).first().tap();
  const seen = (selector: string, options = {}): Promise<void> =>
    expect(page.locator(selector).first()).toBeVisible(options);
  const prepared = (): Promise<void> =>
    expect(page.locator('.screen-review:not(:has(.tile-work)) .tile-size').first()).toBeVisible(PREPARED);

  await seen('.screen-code');
  await visit(phone, '0-code');
  await page.locator('#code').fill('7k3m 9qt');
  await tap('.code-form button');
  await seen('.code-error');
  await visit(phone, '0-code-wrong');
  await page.goto('about:blank');
  await page.goto(url);
  // The page's own screen, and not the outline of it in the file, which has no title.
  await expect(page.locator('.screen-capture[aria-busy="true"] [data-screen-title]')).toBeAttached();
  await visit(phone, '1-loading');
  letIn();
  await seen('.screen-consent');
  await visit(phone, '0-consent');
  await tap('.button.primary');
  await seen('.shutter:enabled');
  await visit(phone, '2-capture');

  await tap('.side-button:last-of-type');
  await tap('.camera-shutter[aria-disabled="false"]');
  await seen('.camera-last:enabled');
  await visit(phone, '2-capture-camera');
  await tap('.camera-last');
  await tap('.tile-delete');
  await seen('.toast');
  await expect(page.locator('.toast')).toBeHidden();

  await page.locator('input[data-source="gallery"]').setInputFiles(photos.slice(0, 4));
  await seen('.screen-review');
  await visit(phone, '3-review-preparing');
  await prepared();
  await visit(phone, '3-review');
  await tap('.tile-picture');
  await seen('.sheet-photo');
  await visit(phone, '3-review-photo');
  await tap('.sheet .icon-button');
  await tap('.tile:last-child .tile-delete');
  await seen('.toast');
  await visit(phone, '3-review-undo');
  await tap('.toast button');
  await page.goBack();
  await seen('.tray');
  await visit(phone, '2-capture-waiting');
  await tap('.tray');

  await tap('.action-row .button.primary');
  await seen('.screen-metadata');
  await visit(phone, '4-metadata');
  await tap('.chip-more');
  await seen('.sheet-sites');
  await visit(phone, '4-metadata-sites');
  await tap('.site-option');
  await tap('[data-choice="laterality"]');
  await seen('[data-choice="laterality"][aria-pressed="true"]');
  await visit(phone, '4-metadata-set');
  await tap('.actions .button.primary');
  await seen('.carry');
  await visit(phone, '4-metadata-carry');

  const heal = await inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', skip: 2, delayMs: 60_000 });
  await tap('.title-row .button');
  await expect(page.locator('.row-confirmed')).toHaveCount(2, PREPARED);
  await visit(phone, '5-uploading');
  await tap('.actions .button');
  await seen('.actions .primary');
  await visit(phone, '5-uploading-paused');
  await heal();
  await tap('.actions .primary');
  await seen('.screen-success', PREPARED);
  await visit(phone, '6-success');
  await tap('.actions .primary');

  await page.locator('input[data-source="gallery"]').setInputFiles(photos.slice(4));
  await prepared();
  await session.end();
  await tap('.actions .quiet');
  await seen('.screen-error', PREPARED);
  await visit(phone, '7-error-ended');
  await phone.close();
}
