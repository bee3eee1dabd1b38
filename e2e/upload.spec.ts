/** Uploads that survive a clinic: battery, network, session and storage fail, and no photo is lost. */

import { readFileSync } from 'node:fs';
import type { Page, Route } from '@playwright/test';
import { BASE_PATH } from '../web/src/contract/api';
import { sendThroughChaos } from '../harness/chaos/chaos.ts';
import { expireSession } from '../harness/faults/faults.ts';
import { Link } from '../harness/faults/link.ts';
import { storedObjects } from '../harness/stack/objects.ts';
import { journal } from '../harness/browsers/journal.ts';
import { Desktop, DESKTOP } from '../harness/people/desktop.ts';
import { Phone } from '../harness/people/phone.ts';
import { cutPower, switchOn } from '../harness/faults/power.ts';
import { Session } from '../harness/people/practice.ts';
import { makeSkins } from '../harness/photos/skin.ts';
import { startStack, type Stack } from '../harness/stack/stack.ts';
import { expect, test } from '../harness/test.ts';

/** A photo takes most of a second. */
const SLOW = { upBitsPerSecond: 1_000_000, downBitsPerSecond: 20_000_000, rttMs: 60 };
const SENT = { timeout: 60_000 };
const PLACES = 20;
const SOME = 6;
let photos: string[] = [];
let link: Link;

test.beforeAll(async ({ browser }, info) => {
  const page = await browser.newPage();
  photos = await makeSkins(page, info.outputPath('photos'), PLACES, { width: 480, height: 640 });
  await page.close();
});

test.beforeEach(async () => void (link = await Link.open(SLOW)));
test.afterEach(() => link.close());

for (const ended of [false, true]) {
  test(
    'power cut with photos ' +
      `half-way${ended ? ', and the session ended meanwhile: nothing readable is left' : ': all arrive'}`,
    async ({ stack }, info) => {
      const profile = info.outputPath('profile');
      const launch = info.project.use.launchOptions ?? {};
      const session = await Session.open(stack);
      let context = await switchOn(profile, launch, link.proxy);
      let phone = await Phone.open(context, session.url);
      await phone.preparesPhotos(photos.slice(0, 10), SENT.timeout);
      await phone.taps('Send without details');
      await expect.poll(() => count(session), SENT).toBeGreaterThanOrEqual(2);
      await cutPower(context, profile);
      const before = await count(session);
      expect(before).toBeLessThan(10);
      const readable = photos.slice(0, 10).map((path) => middle(readFileSync(path)));
      const stored = await storedObjects(stack, session.encounterId);
      for (const { bytes } of stored)
        expect(
          readable.some((part) => bytes.includes(part)),
          'the photos go as they are',
        ).toBe(true);
      if (ended) await session.end();

      context = await switchOn(profile, launch, link.proxy);
      if (ended) {
        const secrets = [session.encounterId, session.patientLabel, 'skin-'].map((text) => Buffer.from(text));
        const expectUnreadable = async (page: Page): Promise<void> => {
          const left = Buffer.from(await page.evaluate(journal), 'latin1');
          expect(left.length, 'the photos that did not arrive').toBeGreaterThan((10 - before - 3) * 10_000);
          for (const part of [...readable, ...secrets]) expect(left.includes(part)).toBe(false);
        };
        const page = await context.newPage();
        await page.goto(`${stack.edge}/manifest.webmanifest`);
        await expectUnreadable(page);
        // The phone has not heard of the end, so it keeps the photos until their time is over.
        phone = await Phone.open(context, (await session.reopen()).url);
        await expect(phone.button('Gallery')).toBeEnabled();
        await expectUnreadable(phone.page);
      } else {
        phone = await Phone.open(context, await session.freshUrl());
        await expect.poll(() => count(session), SENT).toBe(10);
        expect(new Set((await session.images()).map(({ sha256 }) => sha256)).size).toBe(10);
        await expect.poll(() => phone.page.evaluate(journal), 'nothing stays on the phone').toBe('');
      }
      await context.close();
    },
  );
}

/** Why a phone is refused, and the code with which it may join again. */
const shutOut: Record<
  string,
  (stack: Stack, session: Session, phone: Phone) => Promise<() => Promise<[Session, url: string]>>
> = {
  'the session expires': async (stack, session) => {
    await expireSession(stack, session.encounterId);
    return () => reopened(session);
  },
  'the session is ended and another one opened, which revokes the token': async (_, session) => {
    await session.end();
    const again = await reopened(session);
    return async () => again;
  },
  'the token is refused': async (stack, session, phone) => {
    const context = phone.page.context();
    const spoil = (route: Route): Promise<void> =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer revoked' } });
    await context.route(`${stack.edge}${BASE_PATH}/{presigned-url,images}**`, spoil);
    return async () => {
      await context.unrouteAll();
      return [session, await session.freshUrl()];
    };
  },
};

for (const [name, happens] of Object.entries(shutOut)) {
  test(`${name} while photos are on their way: it says so and keeps them`, async ({ browser, stack }) => {
    const session = await Session.open(stack);
    const phone = await Phone.scan(browser, session.url, { proxy: link.proxy });
    await phone.preparesPhotos(photos.slice(0, SOME), SENT.timeout);
    await phone.taps('Send without details');
    await expect.poll(() => count(session), SENT).toBeGreaterThanOrEqual(1);
    const letIn = await happens(stack, session, phone);
    await expect(phone.trouble).toContainText('Show a new code on the desktop', SENT);
    const kept = Number(
      /(\d+) photos? (is|are) safe on this phone/.exec((await phone.trouble.textContent()) ?? '')?.[1],
    );
    expect(kept).toBeGreaterThanOrEqual(2);
    const [again, url] = await letIn();
    await phone.page.goto(url);
    // In the same session, a photo that was confirmed in that moment is not stored twice.
    await expect.poll(() => count(again), SENT).toBe(again === session ? SOME : kept);
    await phone.close();
  });
}

test('20 photos through everything at once: none is lost, none is stored twice', async ({ browser, stack }) => {
  test.setTimeout(600_000);
  const { broken, mishaps } = await sendThroughChaos(browser, stack, photos, 1);
  expect(broken, mishaps.join(', ')).toEqual([]);
});

async function reopened(session: Session): Promise<[Session, url: string]> {
  const again = await session.reopen();
  return [again, again.url];
}

const count = async (session: Session): Promise<number> => (await session.images()).length;

/** Bytes that no other photo has. */
const middle = (jpeg: Buffer): Buffer => jpeg.subarray(jpeg.length / 2, jpeg.length / 2 + 24);

test('through the edge, where the network lets nothing else pass', async ({ browser }) => {
  const stack = await startStack({ STORAGE_VIA: 'edge' });
  const desk = await Link.open();
  try {
    for (const line of [link, desk])
      for (const method of ['OPTIONS', 'PUT', 'GET'])
        line.suffer({ to: stack.env.S3_ENDPOINT ?? '', method, effect: 'drop-before', next: Infinity });
    const context = await browser.newContext({ ...DESKTOP, proxy: desk.proxy });
    const desktop = await Desktop.openIn(context, stack, 'enc-1001');
    const phone = await Phone.scan(browser, await desktop.showsCode(), { proxy: link.proxy });
    await phone.preparesPhotos(photos.slice(0, SOME), SENT.timeout);
    await phone.taps('Send without details');
    await expect(phone.screen('success')).toBeVisible(SENT);
    await expect(desktop.painted).toHaveCount(SOME, SENT);
    const asked = link.asked.map(({ what }) => what);
    expect(asked.filter((what) => what.startsWith(`PUT ${stack.edge}/storage/`))).toHaveLength(SOME);
    expect(asked.filter((what) => what.startsWith('OPTIONS'))).toEqual([]);
    for (const { what } of [...link.asked, ...desk.asked]) expect(what).not.toContain(stack.env.S3_ENDPOINT ?? '');
    await phone.close();
    await context.close();
  } finally {
    await desk.close();
    await stack.stop();
  }
});
