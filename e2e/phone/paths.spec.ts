/** Every way in and out of every screen: its buttons, the browser's back button, a reload, and the keyboard alone. */

import type { Page } from '@playwright/test';
import { askConsent } from '../../harness/people/consent.ts';
import { clearFaults, inject } from '../../harness/faults/faults.ts';
import { untilWritten } from '../../harness/browsers/journal.ts';
import { Phone } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import type { Stack } from '../../harness/stack/stack.ts';
import { expect, test } from '../../harness/test.ts';

const SENT = { timeout: 30_000 };
let photos: string[] = [];

test.beforeAll(async ({ browser }, info) => {
  const page = await browser.newPage();
  photos = await makeSkins(page, info.outputPath('photos'), 3, { width: 900, height: 1200 });
  await page.close();
});

test.afterEach(({ stack }) => clearFaults(stack));

interface Place {
  /** The screen, and the sheet over it if there is one. */
  name: string;
  /** From Capture, or from the code for the screens before it. */
  reach: (phone: Phone, stack: Stack) => Promise<void>;
  /** Where the back button leads. `away` leaves the page. */
  back: string;
  reload: string;
}

const choose = (phone: Phone): Promise<void> => phone.preparesPhotos(photos.slice(0, 2));
const describe = async (phone: Phone): Promise<void> => {
  await choose(phone);
  await phone.button('Add details').tap();
};
const hold = (stack: Stack): Promise<unknown> =>
  inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', delayMs: 3_000 });
const send = async (phone: Phone): Promise<void> => {
  await choose(phone);
  await phone.button('Send without details').tap();
};

const PLACES: Place[] = [
  { name: 'capture', reach: async () => undefined, back: 'away', reload: 'capture' },
  { name: 'code', reach: (phone) => phone.button('Another patient').tap(), back: 'capture', reload: 'capture' },
  { name: 'capture camera', reach: (phone) => phone.button('Quick camera').tap(), back: 'capture', reload: 'capture' },
  { name: 'review', reach: choose, back: 'capture', reload: 'review' },
  {
    name: 'review photo',
    reach: async (phone) => {
      await choose(phone);
      await phone.page.locator('.tile-picture').first().tap();
    },
    back: 'review',
    reload: 'review',
  },
  { name: 'metadata', reach: describe, back: 'review', reload: 'metadata' },
  {
    name: 'metadata sites',
    reach: async (phone) => {
      await describe(phone);
      await phone.button('All sites').tap();
    },
    back: 'metadata',
    reload: 'metadata',
  },
  {
    name: 'uploading',
    reach: async (phone, stack) => {
      await hold(stack);
      await send(phone);
    },
    back: 'review',
    reload: 'uploading',
  },
  {
    name: 'success',
    reach: async (phone) => {
      await send(phone);
      await expect(phone.screen('success')).toBeVisible(SENT);
    },
    back: 'capture',
    reload: 'success',
  },
  {
    name: 'success closed',
    reach: async (phone) => {
      await send(phone);
      await expect(phone.button('Done')).toBeVisible(SENT);
      await phone.button('Done').tap();
    },
    back: 'away',
    reload: 'code',
  },
];

for (const place of PLACES) {
  test(`back and reload at ${place.name}`, async ({ browser, stack }) => {
    const scan = async (): Promise<Phone> =>
      Phone.scan(browser, (await Session.open(stack)).url, { permissions: ['camera'] });
    const phone = await scan();
    let exchanges = 0;
    phone.page.on('request', (request) => (exchanges += request.url().includes('/token/') ? 1 : 0));
    await expect(phone.button('Gallery')).toBeEnabled();
    await place.reach(phone, stack);
    await expectPlace(phone, place.name);
    await phone.page.reload();
    await expectPlace(phone, place.reload);
    if (place.reload === place.name) {
      await phone.page.goBack();
      await expectPlace(phone, place.back);
    }
    expect(exchanges, 'a reload continues with the upload token that it has').toBe(0);
    await phone.close();

    if (place.reload === place.name) return;
    const again = await scan();
    await expect(again.button('Gallery')).toBeEnabled();
    await place.reach(again, stack);
    await again.page.goBack();
    await expectPlace(again, place.back);
    await again.close();
  });
}

/** `name` as in Place. */
async function expectPlace(phone: Phone, name: string): Promise<void> {
  if (name === 'away') return expect(phone.page).toHaveURL('about:blank');
  const [screen = '', over] = name.split(' ');
  await expect(phone.screen(screen)).toBeVisible(SENT);
  if (over === 'closed') return expect(phone.page.getByText('This page has deleted')).toBeVisible();
  await expect(phone.page.locator('dialog[open]')).toHaveCount(over === undefined ? 0 : 1);
  if (over !== undefined) await expect(phone.page.locator(`.sheet-${over}`)).toBeVisible();
}

test('a reload while the code is exchanged, and at the question of consent', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  let letIn = false;
  const phone = await Phone.scan(browser, session.url, {
    prepare: async (context) => {
      await askConsent(context, 'require');
      await context.route('**/token/*', (route) => (letIn ? route.fallback() : new Promise(() => undefined)));
    },
  });
  await expect(phone.page.locator('.screen[aria-busy]')).toBeVisible();
  letIn = true;
  await phone.page.reload();
  await expect(phone.screen('consent')).toBeVisible();
  await expect(phone.button('Skip')).toHaveCount(0);
  await phone.page.reload();
  await expect(phone.screen('consent')).toBeVisible();
  await phone.button('The patient agrees').tap();
  await expect(phone.screen('capture')).toBeVisible();
  await send(phone);
  await expect(phone.screen('success')).toBeVisible(SENT);
  for (const { metadata } of await session.images())
    expect(Date.parse(metadata.consentAt ?? '')).toBeGreaterThan(Date.now() - 120_000);
  await phone.close();
});

test('details survive a reload and an upload that was left for Review', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url);
  await describe(phone);
  await phone.button('Left forearm').or(phone.button('Forearm, Left')).first().tap();
  await phone.page.getByLabel('Notes').fill('Itches since Tuesday');
  await phone.button('Next').tap();
  await expect(phone.page.getByRole('heading', { name: 'Photo 2 of 2' })).toBeVisible();
  await untilWritten(phone.page);
  await phone.page.reload();
  await expect(phone.page.getByRole('heading', { name: 'Photo 2 of 2' })).toBeVisible(SENT);
  await phone.button('Previous photo').tap();
  await expect(phone.page.getByLabel('Notes')).toHaveValue('Itches since Tuesday');
  await phone.button('Next').tap();
  await phone.button(/^Same as photo 1/).tap();

  await hold(stack);
  await phone.button('Send 2 photos').tap();
  await expect(phone.screen('uploading')).toBeVisible();
  await phone.page.goBack();
  await expect(phone.screen('review')).toBeVisible();
  await expect(phone.screen('success')).toBeVisible(SENT);
  const details = (await session.images()).map(({ metadata }) => metadata);
  for (const metadata of details) expect(metadata).toMatchObject({ bodySite: 'forearm', laterality: 'left' });
  expect(details.filter(({ notes }) => notes === 'Itches since Tuesday')).toHaveLength(1);
  await phone.close();
});

test('one photo is stopped and sent again, another is left out, more are taken', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url);
  await hold(stack);
  await send(phone);
  await phone.button('Do not send Photo 1').tap();
  await expect(phone.page.getByText('Not sent')).toBeVisible();
  await phone.button('Send Photo 1 again').tap();
  await phone.button('Do not send Photo 2').tap();
  await expect(phone.page.getByRole('heading', { name: '1 photo is on the desktop' })).toBeVisible(SENT);
  await phone.button('1 photo is not sent yet').tap();
  await phone.button('Delete Photo 1').tap();
  await expect(phone.screen('capture')).toBeVisible();
  await phone.choosesPhotos(photos.slice(2));
  await expect(phone.page.getByText('Ready to send')).toBeVisible(SENT);
  await phone.button('Send without details').tap();
  await expect(phone.screen('success')).toBeVisible(SENT);
  expect(await session.images()).toHaveLength(2);
  await phone.close();
});

test('a page that slides in ignores taps until it has stopped', async ({ browser, stack }) => {
  const phone = await Phone.scan(browser, (await Session.open(stack)).url);
  await describe(phone);
  await phone.page.evaluate(() =>
    addEventListener('animationstart', ({ target }) => {
      for (const slide of (target as Element).getAnimations()) slide.pause();
    }),
  );
  await phone.button('Skip').tap();
  const taps = () => phone.page.locator('.page').evaluate((page) => getComputedStyle(page).pointerEvents);
  await expect.poll(taps).toBe('none');
  await phone.page.evaluate(() => document.getAnimations().forEach((slide) => slide.finish()));
  expect(await taps()).toBe('auto');
  await phone.close();
});

test('the whole path with the keyboard alone', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, {
    hasTouch: false,
    isMobile: false,
    prepare: (context) => askConsent(context, 'ask'),
  });
  const { page } = phone;
  await expect(phone.screen('consent')).toBeVisible();
  await press(page, 'The patient agrees');
  await expect(phone.button('Gallery')).toBeEnabled();
  const chooser = page.waitForEvent('filechooser');
  await press(page, 'Gallery');
  await (await chooser).setFiles(photos.slice(0, 2));
  await expect(page.getByText('Ready to send')).toBeVisible(SENT);

  await press(page, 'Photo 1');
  await expect(page.locator('.sheet-photo')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.sheet-photo')).toHaveCount(0);
  expect(await focused(page), 'the focus comes back').toContain('Photo 1');

  await press(page, 'Add details');
  await focusOn(page, /^Neck/);
  for (let i = 0; i < 40 && (await focused(page)) !== 'Hand, Right'; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.locator('.place')).toHaveText('Hand, Right');
  await press(page, 'All sites');
  await page.keyboard.press('Tab'); // past Close, to the search
  await focusOn(page, /^Search/);
  await page.keyboard.type('finger');
  await page.keyboard.press('Enter');
  await expect(page.locator('.place')).toHaveText('Finger, Right');
  await focusOn(page, /^Notes/);
  await page.keyboard.type('Cut');
  await press(page, 'Next');
  await expect(page.getByRole('heading', { name: 'Photo 2 of 2' })).toBeFocused();
  await press(page, /^Same as photo 1/);
  await press(page, 'Send 2 photos');
  await expect(page.getByRole('heading', { name: '2 photos are on the desktop' })).toBeVisible(SENT);
  expect((await session.images()).map(({ metadata }) => metadata.bodySite)).toEqual(['finger', 'finger']);
  await press(page, 'Done');
  await expect(page.getByText('This page has deleted')).toBeVisible();
  await phone.close();
});

async function press(page: Page, name: string | RegExp): Promise<void> {
  await focusOn(page, typeof name === 'string' ? new RegExp(`^${name}`) : name);
  await page.keyboard.press('Enter');
}

const MAX_TABS = 80;

/** Presses Tab until the focus is on the control with this name, and checks for a visible focus ring at every stop. */
async function focusOn(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < MAX_TABS; i++) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => {
      const { activeElement } = document;
      if (!activeElement || activeElement === document.body) return 'none';
      const { outlineStyle, strokeWidth } = getComputedStyle(activeElement);
      return activeElement instanceof SVGElement ? strokeWidth : outlineStyle;
    });
    if ((await focused(page)) !== '') expect(ring, `a ring on ${await focused(page)}`).toMatch(/solid|auto|3\.5/);
  }
  throw new Error(`no focus reaches ${name}`);
}

/** Returns the accessible name of the focused control, or '' if none has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return '';
    const label =
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
        ? element.labels?.[0]?.textContent
        : undefined;
    const image = element.querySelector('img[alt], [role="img"]');
    return (
      element.getAttribute('aria-label') ??
      label ??
      (element.textContent?.trim() || image?.getAttribute('alt') || image?.getAttribute('aria-label') || '')
    ).trim();
  });
}
