/** The main path, played automatically: the practice's desktop on the left, the phone on the right. `make demo`. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { Desktop } from '../harness/people/desktop.ts';
import { Phone } from '../harness/people/phone.ts';
import { makeSkins } from '../harness/photos/skin.ts';
import { expect, test } from '../harness/test.ts';
import { film, type Frame } from '../harness/pictures/film.ts';

const STILLS = 'e2e/out/demo';
const FILM = process.env.FILM ?? join(STILLS, 'demo.png');
const MAX_BYTES = 2_000_000;

const DESKTOP = { width: 1000, height: 720 };
const SHOWN_HEIGHT = 540;
const SITES = [
  ['Left', 'Lower leg'],
  ['Left', 'Lower leg'],
  ['Right', 'Foot'],
] as const;

test('from an open record to photos in it', async ({ browser, stack, headless }, info) => {
  test.setTimeout(300_000);
  const desktop = await Desktop.open(browser, stack, 'enc-1001', { viewport: DESKTOP });
  await place(desktop.page, 0, DESKTOP.width);
  const photos = await makeSkins(desktop.page, info.outputDir, SITES.length, { width: 2400, height: 1800 });
  const studio = await Studio.open(browser);
  let phone: Phone | undefined;
  const scene = async (caption: string, ms = 1800): Promise<void> => {
    await studio.shoot(caption, desktop.page, phone?.page, ms);
    if (!headless) await desktop.page.waitForTimeout(ms);
  };

  await scene('The record of one patient is open.');
  const url = await desktop.showsCode();
  await scene('One click shows a code. It works for ten minutes, for this patient alone.');

  phone = await Phone.scan(browser, url);
  await place(phone.page, DESKTOP.width, 420);
  await expect(phone.button('Gallery')).toBeEnabled();
  await expect(desktop.status).toHaveAttribute('data-phone', 'connected');
  await desktop.codeButton.click();
  await scene('The phone’s camera opens it in the browser. The desktop knows.');

  await phone.choosesPhotos(photos);
  await expect(phone.page.locator('.screen-review:not(:has(.tile-work)) .tile-size')).toHaveCount(photos.length, {
    timeout: 60_000,
  });
  await scene('Three photos, smaller than 1 MB each by the time one looks.');

  await phone.button('Add details').tap();
  await scene('Where on the body?', 1000);
  for (const [i, [side, site]] of SITES.entries()) {
    await phone.button(side).and(phone.page.locator('[data-choice="laterality"]')).tap();
    await phone.button('All sites').tap();
    if (i === 0) await scene('Where on the body?', 1200);
    await phone.page.locator('.site-option', { hasText: site }).first().tap();
    await phone.page.locator('.look-head').scrollIntoViewIfNeeded();
    await scene('Side and site, coded for the record.', 1200);
    await phone.button(/^(Next|Send 3 photos)$/).tap();
  }
  await expect(phone.receipt).toBeVisible({ timeout: 60_000 });
  await expect(desktop.painted).toHaveCount(photos.length);
  await desktop.page.mouse.move(0, 0);
  await desktop.page.waitForTimeout(400); // the pictures fade in
  await scene('Sent. The photos are on the desktop by themselves.', 2400);

  await desktop.button('Add 3 photos to the record').click();
  await expect(desktop.record).toHaveCount(photos.length);
  await desktop.record.last().scrollIntoViewIfNeeded();
  await scene('One click more, and they are in the record.', 4000);

  const animation = film(studio.frames);
  expect(animation.length).toBeLessThan(MAX_BYTES);
  expect(await framesIn(desktop.page, animation)).toBe(studio.frames.length);
  writeFileSync(FILM, animation);
  await Promise.all([desktop.close(), phone.close()]);
});

/** Puts a window beside the other. Without a display there is none to move. */
async function place(page: Page, left: number, width: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  await session.send('Browser.setWindowBounds', { windowId, bounds: { left, top: 0, width } });
}

/** Takes a picture of both screens side by side, with a caption. */
class Studio {
  readonly frames: Frame[] = [];

  private constructor(private readonly page: Page) {}

  static async open(browser: Browser): Promise<Studio> {
    mkdirSync(STILLS, { recursive: true });
    const context = await browser.newContext({ viewport: { width: 1072, height: 628 } });
    const page = await context.newPage();
    await page.setContent(`<style>
      body { margin: 0; padding: 20px 24px 0; background: #dfe7e8; color: #10262a }
      body { font: 600 19px system-ui, sans-serif }
      div { display: flex; gap: 24px } img { display: block; height: ${SHOWN_HEIGHT}px; border-radius: 8px }
      img:last-child { border-radius: 20px; background: #14272b; width: ${Math.round((SHOWN_HEIGHT * 390) / 844)}px }
      p { margin: 18px 0; text-align: center }
    </style><div><img id="desktop"><img id="phone"></div><p></p>`);
    return new Studio(page);
  }

  async shoot(caption: string, desktop: Page, phone: Page | undefined, ms: number): Promise<void> {
    const shots = { desktop: await shot(desktop), phone: phone ? await shot(phone) : EMPTY };
    await this.page.evaluate(
      async ({ shots, caption }) => {
        const show = async (id: 'desktop' | 'phone'): Promise<void> => {
          const image = document.getElementById(id) as HTMLImageElement;
          image.src = shots[id];
          await image.decode();
        };
        const text = document.querySelector('p');
        if (text) text.textContent = caption;
        await Promise.all([show('desktop'), show('phone')]);
      },
      { shots, caption },
    );
    const still = join(STILLS, `still-${String(this.frames.length + 1).padStart(2, '0')}.png`);
    this.frames.push({ png: await this.page.screenshot({ path: still }), ms });
  }
}

/** One transparent pixel. */
const EMPTY = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/** Returns how many frames a browser decodes. */
async function framesIn(page: Page, animation: Buffer): Promise<number> {
  return page.evaluate(async (base64) => {
    const decoder = new ImageDecoder({
      type: 'image/png',
      data: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
    });
    await Promise.all([decoder.completed, decoder.tracks.ready]);
    const count = decoder.tracks.selectedTrack?.frameCount ?? 0;
    await decoder.decode({ frameIndex: count - 1 });
    return count;
  }, animation.toString('base64'));
}

async function shot(page: Page): Promise<string> {
  return `data:image/png;base64,${(await page.screenshot({ scale: 'css' })).toString('base64')}`;
}
