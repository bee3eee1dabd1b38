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

type Visit = (phone: Phone, name: string) => Promise<void>;

/** Leads a phone past every screen and sheet of one session, and calls `visit` at each. `photos` are five files. */
export async function walk(
  browser: Browser,
  stack: Stack,
  photos: readonly string[],
  { lang, ...options }: WalkOptions,
  visit: Visit,
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
  await walkIn(phone, url, letIn, visit);
  await walkCapture(phone, photos.slice(0, 4), visit);
  await walkMetadata(phone, visit);
  await walkUpload(phone, stack, visit);
  await choose(phone, photos.slice(4));
  await prepared(phone);
  await session.end();
  await tap(phone, '.actions .quiet');
  await seen(phone, '.screen-error', PREPARED);
  await visit(phone, '7-error-ended');
  await phone.close();
}

async function walkIn(phone: Phone, url: string, letIn: () => void, visit: Visit): Promise<void> {
  await seen(phone, '.screen-code');
  await visit(phone, '0-code');
  await phone.page.locator('#code').fill('7k3m 9qt');
  await tap(phone, '.code-form button');
  await seen(phone, '.code-error');
  await visit(phone, '0-code-wrong');
  await phone.page.goto('about:blank');
  await phone.page.goto(url);
  // The page's own screen, and not the outline of it in the file, which has no title.
  await expect(phone.page.locator('.screen-capture[aria-busy="true"] [data-screen-title]')).toBeAttached();
  await visit(phone, '1-loading');
  letIn();
  await seen(phone, '.screen-consent');
  await visit(phone, '0-consent');
  await tap(phone, '.button.primary');
  await seen(phone, '.shutter:enabled');
  await visit(phone, '2-capture');
}

async function walkCapture(phone: Phone, photos: readonly string[], visit: Visit): Promise<void> {
  await tap(phone, '.side-button:last-of-type');
  await tap(phone, '.camera-shutter[aria-disabled="false"]');
  await seen(phone, '.camera-last:enabled');
  await visit(phone, '2-capture-camera');
  await tap(phone, '.camera-last');
  await tap(phone, '.tile-delete');
  await seen(phone, '.toast');
  await expect(phone.page.locator('.toast')).toBeHidden();

  await choose(phone, photos);
  await seen(phone, '.screen-review');
  await visit(phone, '3-review-preparing');
  await prepared(phone);
  await visit(phone, '3-review');
  await tap(phone, '.tile-picture');
  await seen(phone, '.sheet-photo');
  await visit(phone, '3-review-photo');
  await tap(phone, '.sheet .icon-button');
  await tap(phone, '.tile:last-child .tile-delete');
  await seen(phone, '.toast');
  await visit(phone, '3-review-undo');
  await tap(phone, '.toast button');
  await phone.page.goBack();
  await seen(phone, '.tray');
  await visit(phone, '2-capture-waiting');
  await tap(phone, '.tray');
}

async function walkMetadata(phone: Phone, visit: Visit): Promise<void> {
  await tap(phone, '.action-row .button.primary');
  await seen(phone, '.screen-metadata');
  await visit(phone, '4-metadata');
  await tap(phone, '.chip-more');
  await seen(phone, '.sheet-sites');
  await visit(phone, '4-metadata-sites');
  await tap(phone, '.site-option');
  await tap(phone, '[data-choice="laterality"]');
  await seen(phone, '[data-choice="laterality"][aria-pressed="true"]');
  await visit(phone, '4-metadata-set');
  await tap(phone, '.actions .button.primary');
  await seen(phone, '.carry');
  await visit(phone, '4-metadata-carry');
}

async function walkUpload(phone: Phone, stack: Stack, visit: Visit): Promise<void> {
  const heal = await inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', skip: 2, delayMs: 60_000 });
  await tap(phone, '.title-row .button');
  await expect(phone.page.locator('.row-confirmed')).toHaveCount(2, PREPARED);
  await visit(phone, '5-uploading');
  await tap(phone, '.actions .button');
  await seen(phone, '.actions .primary');
  await visit(phone, '5-uploading-paused');
  await heal();
  await tap(phone, '.actions .primary');
  await seen(phone, '.screen-success', PREPARED);
  await visit(phone, '6-success');
  await tap(phone, '.actions .primary');
}

function tap({ page }: Phone, selector: string): Promise<void> {
  return page.locator(selector).first().tap();
}

function seen({ page }: Phone, selector: string, options = {}): Promise<void> {
  return expect(page.locator(selector).first()).toBeVisible(options);
}

function prepared(phone: Phone): Promise<void> {
  return seen(phone, '.screen-review:not(:has(.tile-work)) .tile-size', PREPARED);
}

function choose({ page }: Phone, photos: readonly string[]): Promise<void> {
  return page.locator('input[data-source="gallery"]').setInputFiles([...photos]);
}
