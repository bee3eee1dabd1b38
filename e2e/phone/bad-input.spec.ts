/** The screen says what went wrong and what to do. Nothing is lost and nothing hangs. */

import { readFileSync } from 'node:fs';
import { clearFaults, expireKeys, inject, type Fault } from '../../harness/faults/faults.ts';
import { Phone, type PhotoFile } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { paintFile } from '../../harness/photos/canvas.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import { expect, test } from '../../harness/test.ts';

const SENT = { timeout: 60_000 };
let good = '';

test.beforeAll(async ({ browser }, info) => {
  const page = await browser.newPage();
  [good = ''] = await makeSkins(page, info.outputPath('photos'), 1, { width: 2000, height: 2600 });
  await page.close();
});

test.afterEach(({ stack }) => clearFaults(stack));

for (const { what, fragment, says } of [
  { what: 'no code', fragment: '', says: 'Show the code on the desktop' },
  { what: 'an empty code', fragment: '#t=', says: 'Show the code on the desktop' },
  { what: 'an unknown code', fragment: `#t=${'A'.repeat(22)}`, says: 'Show a new code on the desktop' },
  { what: 'a code of another kind', fragment: '#t=%E0%A4%A', says: 'Show a new code on the desktop' },
  { what: 'an endless code', fragment: `#t=${'A'.repeat(5_000)}`, says: 'Show a new code on the desktop' },
]) {
  test(`${what}: how to get a good one`, async ({ browser, stack }) => {
    const phone = await Phone.scan(browser, `${stack.edge}/mobile${fragment}`);
    await expect(phone.page.locator('main')).toContainText(says);
    // A link that was pasted opens the session.
    const session = await Session.open(stack);
    await phone.page.getByRole('textbox').fill(session.url);
    await phone.button('Open').tap();
    await expect(phone.screen('capture')).toBeVisible();
    await phone.close();
  });
}

test('a code that has expired', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  await expireKeys(stack, 'token:*');
  const phone = await Phone.scan(browser, session.url);
  await expect(phone.trouble).toContainText('Show a new code on the desktop');
  await phone.page.goto(await session.freshUrl());
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

for (const { what, file, says } of [
  { what: 'an empty file', file: () => Buffer.alloc(0), says: 'The file is empty.' },
  {
    what: 'a text called .jpg',
    file: () => Buffer.from('Dear colleague, thank you for seeing this patient.'),
    says: 'This is not a photo.',
  },
  {
    what: 'a JPEG that is cut off',
    file: () => {
      const whole = readFileSync(good);
      return whole.subarray(0, whole.length / 3);
    },
    says: 'The file is damaged.',
  },
  {
    what: 'a JPEG that is only its beginning',
    file: () => readFileSync(good).subarray(0, 20),
    says: 'The file is damaged.',
  },
]) {
  test(`${what} stays behind and says why; the good one goes`, async ({ browser, stack }) => {
    const session = await Session.open(stack);
    const phone = await Phone.scan(browser, session.url);
    const bad: PhotoFile = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: file() };
    await phone.choosesPhotos([bad, { name: 'good.jpg', mimeType: 'image/jpeg', buffer: readFileSync(good) }]);
    await expect(phone.page.locator('.tile-problem')).toContainText(says, SENT);
    await expect(phone.page.getByText('Ready to send')).toBeVisible(SENT);
    await phone.button('Send without details').tap();
    await expect(phone.page.getByRole('heading', { name: '1 photo is on the desktop' })).toBeVisible(SENT);
    expect(await session.images()).toHaveLength(1);
    await phone.close();
  });
}

test('a picture of 50 megapixels is accepted and made smaller', async ({ browser, page, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url);
  const huge = await paintFile(page, paintHuge, { width: 8192, height: 6144 });
  await phone.choosesPhotos([{ name: 'huge.jpg', mimeType: 'image/jpeg', buffer: huge }]);
  await expect(phone.page.getByText('Ready to send')).toBeVisible(SENT);
  await phone.button('Send without details').tap();
  await expect(phone.screen('success')).toBeVisible(SENT);
  const [image] = await session.images();
  expect(image).toMatchObject({ width: 2560, height: 1920 });
  expect(image?.size).toBeLessThanOrEqual(1_000_000);
  await phone.close();
});

for (const { what, fault, says } of [
  {
    what: 'the edge has no database',
    fault: { service: 'redis', effect: 'status', status: 503 },
    says: 'The server is busy. It continues in a moment.',
  },
  {
    what: 'the storage returns 503',
    fault: { service: 's3', route: 'PUT object', effect: 'status', status: 503 },
    says: /busy|continues automatically/,
  },
  {
    what: 'the storage drops every upload',
    fault: { service: 's3', route: 'PUT object', effect: 'drop-before' },
    says: /continues automatically|Try mobile data/,
  },
] satisfies { what: string; fault: Fault; says: string | RegExp }[]) {
  test(`while sending, ${what}: it says so, and continues automatically`, async ({ browser, stack }) => {
    const session = await Session.open(stack);
    const phone = await ready(browser, session);
    const heal = await inject(stack, fault);
    await phone.button('Send without details').tap();
    await expect(phone.page.locator('main')).toContainText(says, SENT);
    await expect(phone.screen('uploading')).toBeVisible();
    await heal();
    await expect(phone.screen('success')).toBeVisible(SENT);
    expect(await session.images()).toHaveLength(1);
    await phone.close();
  });
}

test('before the first screen, the edge has no database', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const heal = await inject(stack, { service: 'redis', effect: 'status', status: 503 });
  const phone = await Phone.scan(browser, session.url);
  await expect(phone.trouble).toContainText('Wait a moment, then try again.', SENT);
  await heal();
  await phone.button('Try again').tap();
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

test('before the first screen, the edge does not respond', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, {
    prepare: (context) => context.route('**/token/*', (route) => route.abort()),
  });
  await expect(phone.trouble).toContainText('Check the connection', SENT);
  await phone.page.context().unroute('**/token/*');
  await phone.button('Try again').tap();
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

test('a part of the page that is lost on the way is fetched again', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, {
    prepare: (context) => context.route('**/assets/page-*.js', (route) => route.abort(), { times: 1 }),
  });
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

test('offline while sending: it waits, says so, and continues', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await ready(browser, session);
  await phone.page.context().setOffline(true);
  await phone.button('Send without details').tap();
  await expect(phone.page.getByText('Offline', { exact: true })).toBeVisible();
  await expect(phone.page.locator('.banner')).toContainText('Sending continues automatically.');
  await phone.page.context().setOffline(false);
  await expect(phone.screen('success')).toBeVisible(SENT);
  expect(await session.images()).toHaveLength(1);
  await phone.close();
});

/** On Review with one good photo, prepared. */
async function ready(browser: Parameters<typeof Phone.scan>[0], session: Session): Promise<Phone> {
  const phone = await Phone.scan(browser, session.url);
  await phone.choosesPhotos([good]);
  await expect(phone.page.getByText('Ready to send')).toBeVisible(SENT);
  return phone;
}

/** Runs in the page. */
function paintHuge({ width, height }: { width: number; height: number }): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d context');
  for (let i = 0; i < 400; i++) {
    context.fillStyle = `hsl(${(i * 37) % 360} 60% ${30 + (i % 40)}%)`;
    context.fillRect((i * 971) % width, (i * 557) % height, 900, 700);
  }
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}
