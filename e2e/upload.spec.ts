/** Uploads that survive a clinic: the battery, the network, the session and the storage go away, the photos do not. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendThroughChaos } from './support/chaos';
import { expireSession } from './support/faults';
import { Link } from './support/link';
import { storedObjects } from './support/objects';
import { Phone } from './support/phone';
import { cutPower, switchOn } from './support/power';
import { Session } from './support/session';
import { makeSkins } from './support/skin';
import { expect, test } from './support/test';
import { Uploader } from './support/upload';

/** A photo takes most of a second. */
const SLOW = { upBitsPerSecond: 1_000_000, downBitsPerSecond: 20_000_000, rttMs: 60 };
const SENT = { timeout: 60_000 };
const ALWAYS = Infinity;
const PLACES = 20;
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
  test(`power cut with photos half-way${ended ? ', and the session ended meanwhile: nothing readable is left' : ': all arrive'}`, async ({ stack }, info) => {
    const profile = info.outputPath('profile');
    const launch = info.project.use.launchOptions ?? {};
    const session = await Session.open(stack);
    let context = await switchOn(profile, launch, link.proxy);
    let phone = await ready(await Phone.open(context, session.url), photos.slice(0, 10));
    await phone.button('Send without details').tap();
    await expect.poll(() => count(session), SENT).toBeGreaterThanOrEqual(2);
    await cutPower(context, profile);
    const before = await count(session);
    expect(before).toBeLessThan(10);
    const readable = photos.slice(0, 10).map((path) => middle(readFileSync(path)));
    const stored = await storedObjects(stack, session.encounterId);
    for (const { bytes } of stored) expect(readable.some((part) => bytes.includes(part)), 'the photos go as they are').toBe(true);
    if (ended) await session.end();

    context = await switchOn(profile, launch, link.proxy);
    if (ended) {
      const page = await context.newPage();
      await page.goto(`${stack.edge}/manifest.webmanifest`);
      const left = Buffer.from(await page.evaluate(journal), 'latin1');
      expect(left.length, 'the photos that did not arrive').toBeGreaterThan((10 - before - 3) * 10_000);
      for (const part of [...readable, Buffer.from(session.encounterId), Buffer.from(session.patientLabel), Buffer.from('skin-')]) expect(left.includes(part)).toBe(false);
      phone = await Phone.open(context, (await session.reopen()).url);
      await expect(phone.button('Gallery')).toBeEnabled();
      await expect.poll(() => phone.page.evaluate(journal)).toBe('');
    } else {
      phone = await Phone.open(context, await session.freshUrl());
      await expect.poll(() => count(session), SENT).toBe(10);
      expect(new Set((await session.images()).map(({ sha256 }) => sha256)).size).toBe(10);
      await expect.poll(() => phone.page.evaluate(journal), 'nothing stays on the phone').toBe('');
    }
    await context.close();
  });
}

test('the session expires while photos are on their way: it says so and keeps them', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await ready(await Phone.scan(browser, session.url, { proxy: link.proxy }), photos.slice(0, 6));
  await phone.button('Send without details').tap();
  await expect.poll(() => count(session), SENT).toBeGreaterThanOrEqual(1);
  await expireSession(stack, session.encounterId);
  await expect(phone.trouble).toContainText('Show a new code on the desktop', SENT);
  const kept = Number(/(\d+) photos? (is|are) safe on this phone/.exec((await phone.trouble.textContent()) ?? '')?.[1]);
  expect(kept).toBeGreaterThanOrEqual(2);
  const again = await session.reopen();
  await phone.page.goto(again.url);
  await expect.poll(() => count(again), SENT).toBe(kept);
  await phone.close();
});

test('a second phone takes the last places: the photos stay, and go when there is room', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await ready(await Phone.scan(browser, session.url, { proxy: link.proxy }), photos.slice(0, 4));
  const other = await Uploader.scan(stack, session.url);
  for (const path of photos.slice(2)) await other.upload(Buffer.concat([readFileSync(path), Buffer.from('another')]), 480, 640);
  const taken = await session.images();
  await phone.button('Send without details').tap();
  await expect(phone.page.locator('main')).toContainText('The session is full. Delete photos on the desktop.', SENT);
  await expect.poll(() => count(session), 'two found a place').toBe(PLACES);
  for (const { imageId } of taken.slice(0, 4)) await session.remove(imageId);
  await phone.button('Try again').tap();
  await expect(phone.screen('success')).toBeVisible(SENT);
  expect(await count(session)).toBe(taken.length);
  await phone.close();
});

test('the network lets the edge through and not the storage: it says so, and goes on', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await ready(await Phone.scan(browser, session.url, { proxy: link.proxy }), photos.slice(0, 3));
  for (const method of ['PUT', 'OPTIONS']) link.suffer({ to: stack.env.S3_ENDPOINT ?? '', method, effect: 'drop-before', next: ALWAYS });
  await phone.button('Send without details').tap();
  await expect(phone.page.locator('.banner')).toContainText('This network blocks the upload address. Try mobile data.', SENT);
  expect(await count(session)).toBe(0);
  link.heal();
  await expect(phone.screen('success')).toBeVisible(SENT);
  expect(await count(session)).toBe(3);
  await phone.close();
});

test('ten seconds offline: it says so, and goes on by itself', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await ready(await Phone.scan(browser, session.url, { proxy: link.proxy }), photos.slice(0, 6));
  await phone.button('Send without details').tap();
  await expect.poll(() => count(session), SENT).toBeGreaterThanOrEqual(1);
  link.offline = true;
  await phone.page.context().setOffline(true);
  await expect(phone.page.locator('.banner')).toContainText('You are offline. Sending goes on by itself.', SENT);
  await sleep(10_000);
  link.offline = false;
  await phone.page.context().setOffline(false);
  await expect(phone.screen('success')).toBeVisible(SENT);
  expect(await count(session)).toBe(6);
  await phone.close();
});

test('40 photos through everything at once: none is lost, none is stored twice', async ({ browser, stack }) => {
  test.setTimeout(600_000);
  for (const seed of [1, 2]) {
    const { sent, arrived, doubled, mishaps } = await sendThroughChaos(browser, stack, photos, seed);
    expect({ sent, arrived, doubled }, mishaps.join(', ')).toEqual({ sent: PLACES, arrived: PLACES, doubled: 0 });
  }
});

/** On Review with photos that are prepared. */
async function ready(phone: Phone, files: string[]): Promise<Phone> {
  await phone.choose(files);
  await expect(phone.page.getByText('Ready to send')).toBeVisible(SENT);
  return phone;
}

const count = async (session: Session): Promise<number> => (await session.images()).length;

/** Bytes that no other photo has. */
const middle = (jpeg: Buffer): Buffer => jpeg.subarray(jpeg.length / 2, jpeg.length / 2 + 24);

/** Runs in the page: all that the engine's database holds, keys and values, as one Latin-1 text. */
async function journal(): Promise<string> {
  const settled = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const db = await settled(indexedDB.open('photobridge', 1));
  const store = db.transaction('journal').objectStore('journal');
  const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll() as IDBRequest<ArrayBuffer[]>)]);
  db.close();
  let text = keys.join('');
  for (const value of values) {
    const bytes = new Uint8Array(value);
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  }
  return text;
}
