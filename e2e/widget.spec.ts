import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { expireSession, forgetRealtime, inject } from '../harness/faults/faults.ts';
import { Desktop } from '../harness/people/desktop.ts';
import { storedKeys, storedObjects } from '../harness/stack/objects.ts';
import { Phone } from '../harness/people/phone.ts';
import { makePhoto } from '../harness/photos/photos.ts';
import { readQR } from '../harness/browsers/qr.ts';
import type { Stack } from '../harness/stack/stack.ts';
import { expect, test } from '../harness/test.ts';
import { Uploader } from '../harness/people/upload.ts';

/** Longer than the widget polls while realtime is down. */
const POLL_LIMIT_MS = 20_000;
const ENCOUNTER = 'enc-1001';

test.beforeEach(async ({ stack }) => {
  for (const id of ['enc-1001', 'enc-1002', 'enc-1003']) await expireSession(stack, id);
});

/** Photos that differ in their widths, by which a test tells them apart. */
function makePhotos(page: Page, folder: string, widths: number[]): Promise<string[]> {
  return Promise.all(
    widths.map((width) => makePhoto(page, folder, `${width}.jpg`, { width, height: 600, orientation: 1 })),
  );
}

function widthsOf(desktop: Desktop): Promise<number[]> {
  return desktop.page.evaluate(() =>
    (document.querySelector('photobridge-widget')?.images ?? []).map(({ width }) => width),
  );
}

/** Opens a desktop, sends photos to it, and waits until they are painted. */
async function withPhotos(
  browser: Browser,
  stack: Stack,
  folder: string,
  widths: number[],
  options = {},
): Promise<Desktop> {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER, options);
  const phone = await Phone.scan(browser, await desktop.scanCode());
  await phone.send(await makePhotos(desktop.page, folder, widths));
  await expect(desktop.painted).toHaveCount(widths.length);
  await phone.close();
  await desktop.codeButton.click();
  return desktop;
}

/** Says site and side of every photo, from the gate. */
async function completeAll(desktop: Desktop): Promise<void> {
  await desktop.button(/^Complete/).click();
  await desktop.page.getByLabel('Body site').selectOption('forearm');
  await desktop.page.getByText('Left', { exact: true }).click();
  const others = desktop.button(/^Use site and side/);
  if (await others.isVisible()) await others.click();
  await desktop.page.keyboard.press('Escape');
}

test('two desktops and three phones: every photo on both screens, once, in one order', async ({
  browser,
  stack,
}, info) => {
  const first = await Desktop.open(browser, stack, ENCOUNTER);
  const second = await Desktop.open(browser, stack, ENCOUNTER);
  const url = await first.scanCode();
  const phones = await Promise.all([url, url, url].map((code) => Phone.scan(browser, code)));
  const files = await makePhotos(first.page, info.outputDir, [801, 802, 803, 804, 805, 806]);
  await Promise.all(phones.map((phone, i) => phone.send(files.slice(2 * i, 2 * i + 2))));
  for (const desktop of [first, second]) {
    await expect(desktop.painted).toHaveCount(6);
    expect((await widthsOf(desktop)).sort()).toEqual([801, 802, 803, 804, 805, 806]);
    await expect(desktop.status).toHaveAttribute('data-connection', 'live');
  }
  expect(await widthsOf(second)).toEqual(await widthsOf(first));
  await second.button(/^Complete/).click();
  await second.page.getByLabel('Body site').selectOption('nose');
  await expect(first.tiles.first()).toContainText('Nose');
  await Promise.all([first, second, ...phones].map((one) => one.close()));
});

test('a hundred photos are painted, and how soon after their confirmation', async ({ browser, stack }, info) => {
  const waits: number[] = [];
  for (let session = 0; session < 5; session++) {
    await expireSession(stack, ENCOUNTER);
    const desktop = await Desktop.open(browser, stack, ENCOUNTER);
    const [file = ''] = await makePhotos(desktop.page, info.outputDir, [1600]);
    const uploader = await Uploader.scan(stack, await desktop.scanCode());
    await expect(desktop.status).toHaveAttribute('data-connection', 'live');
    const paintedAt = await desktop.watchPaints();
    for (let photo = 0; photo < 20; photo++) {
      const { imageId, confirmedAt } = await uploader.upload(readFileSync(file), 1600, 600);
      waits.push((await paintedAt(imageId)) - confirmedAt);
    }
    await expect(desktop.painted).toHaveCount(20);
    await desktop.close();
  }
  waits.sort((a, b) => a - b);
  const [median = NaN, p95 = NaN] = [waits[50], waits[95]];
  console.log(`confirmation to paint: median ${median} ms, 95th percentile ${p95} ms, longest ${waits.at(-1)} ms`);
  info.annotations.push({ type: 'confirmation to paint, 95th percentile', description: `${p95} ms of 1000` });
  expect(waits).toHaveLength(100);
});

test('realtime cut: photos come by polling, and at once when it is back', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.scanCode());
  await expect(desktop.status).toHaveAttribute('data-connection', 'live');
  const mend = await inject(stack, { service: 'realtime', effect: 'drop-before' });
  await forgetRealtime(stack);
  await expect(desktop.status).toHaveAttribute('data-connection', 'polling');
  await phone.send(await makePhotos(desktop.page, info.outputDir, [811]));
  await expect(phone.receipt).toBeVisible({ timeout: 30_000 });
  await expect(desktop.painted).toHaveCount(1, { timeout: POLL_LIMIT_MS });
  await mend();
  await expect(desktop.status).toHaveAttribute('data-connection', 'live', { timeout: 40_000 });
  await Promise.all([desktop.close(), phone.close()]);
});

test('edge down: the widget says so in its place, keeps what it shows, and catches up', async ({
  browser,
  stack,
}, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [821]);
  let dialogs = 0;
  desktop.page.on('dialog', (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  await desktop.page.getByText('Faults for a demonstration').click();
  await desktop.page.getByLabel(/Edge down/).check();
  await desktop.tiles.first().click();
  await desktop.page.getByLabel('Body site').selectOption('hand');
  await desktop.page.keyboard.press('Escape');
  await expect(desktop.page.getByText(/Trying again/)).toBeVisible();
  await expect(desktop.painted).toHaveCount(1);
  await expect(desktop.tiles.first()).toContainText('Hand');
  await desktop.page.getByLabel(/Edge down/).uncheck();
  await expect(desktop.page.getByText(/Trying again/)).toBeHidden({ timeout: POLL_LIMIT_MS });
  // What was said while the edge was down has reached it.
  await desktop.page.reload();
  await expect(desktop.tiles.first()).toContainText('Hand');
  expect(dialogs).toBe(0);
  await desktop.close();
});

test('a page that was frozen shows what came meanwhile', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.scanCode());
  const files = await makePhotos(desktop.page, info.outputDir, [831, 832]);
  const devtools = await desktop.page.context().newCDPSession(desktop.page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await phone.send(files);
  await expect(phone.receipt).toBeVisible({ timeout: 30_000 });
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await expect(desktop.painted).toHaveCount(2);
  expect(await widthsOf(desktop)).toHaveLength(2);
  await Promise.all([desktop.close(), phone.close()]);
});

test('another patient after the session expired: the practice asks before photos go that only this screen holds', async ({
  browser,
  stack,
}, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [843]);
  const next = desktop.page.locator('[data-encounter-id="enc-1002"]');
  await expireSession(stack, ENCOUNTER);
  await desktop.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(desktop.page.getByTestId('over')).toBeVisible();
  await completeAll(desktop);
  await next.click();
  const question = desktop.page.getByRole('alertdialog');
  await expect(question).toContainText('1 photo of Marguerite Okafor-Lindqvist is on this screen only.');
  await desktop.button(/^Stay with/).click();
  await expect(question).toBeHidden();
  await expect(desktop.tiles).toContainText('Left forearm');
  await next.click();
  const { violations } = await new AxeBuilder({ page: desktop.page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await desktop.page.screenshot({ path: 'e2e/out/widget-leaving.png' });
  await desktop.button(/^Discard, open/).click();
  await expect(desktop.codeButton).toBeEnabled();
  await expect(desktop.tiles).toHaveCount(0);
  await expect(question).toBeHidden();
  await desktop.close();
});

test('encounter switched mid-upload: the photo waits with its own patient', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.scanCode());
  const files = await makePhotos(desktop.page, info.outputDir, [851]);
  const mend = await inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', delayMs: 3000 });
  await phone.send(files);
  await desktop.page.locator('[data-encounter-id="enc-1002"]').click();
  await desktop.page.evaluate(() => {
    const root = document.querySelector('photobridge-widget')?.shadowRoot;
    if (!root) throw new Error('no widget');
    // One look at a wrong photo would be one too many.
    new MutationObserver(
      () => root.querySelector('[data-image-id]') && document.body.setAttribute('data-wrong', ''),
    ).observe(root, { subtree: true, childList: true });
  });
  await expect(phone.receipt).toBeVisible({ timeout: 30_000 });
  await mend();
  await expect(desktop.codeButton).toBeEnabled();
  await expect(desktop.tiles).toHaveCount(0);
  await expect(desktop.page.locator('body')).not.toHaveAttribute('data-wrong');
  await desktop.page.locator(`[data-encounter-id="${ENCOUNTER}"]`).click();
  await expect(desktop.painted).toHaveCount(1);
  await Promise.all([desktop.close(), phone.close()]);
});

test('encounter switched while the edge is away: the edit arrives with its own patient', async ({
  browser,
  stack,
}, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [861]);
  const other = await Desktop.open(browser, stack, ENCOUNTER);
  let lost = 0;
  await desktop.page.route('**/images/**', (route) =>
    route.request().method() === 'PATCH' && lost++ < 3 ? route.abort() : route.fallback(),
  );
  await desktop.button(/^Complete/).click();
  await desktop.page.getByLabel('Body site').selectOption('forearm');
  await desktop.page.keyboard.press('Escape');
  await desktop.page.locator('[data-encounter-id="enc-1002"]').click();
  await expect(desktop.codeButton).toBeEnabled();
  await expect(desktop.tiles).toHaveCount(0);
  await expect
    .poll(async () => (await other.images()).map(({ metadata }) => metadata.bodySite?.text))
    .toEqual(['Forearm']);
  expect(lost).toBeGreaterThan(3);
  await Promise.all([desktop.close(), other.close()]);
});

test('from the gate into the record, and the session ended', async ({ browser, stack }, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [861, 862]);
  await desktop.button('Complete 2 photos').click();
  await expect(desktop.page.getByLabel('Body site')).toBeFocused();
  await desktop.page.keyboard.press('Escape');
  await completeAll(desktop);
  await desktop.page.getByText('Faults for a demonstration').click();
  await desktop.page.getByLabel(/Record locked/).check();
  await desktop.button('Add 2 photos to the record').click();
  await expect(desktop.page.getByRole('alert')).toContainText('Nothing was added to the record: the record is locked');
  await expect(desktop.record).toHaveCount(0);
  await desktop.page.getByLabel(/Record locked/).uncheck();
  await desktop.button('Add 2 photos to the record').click();
  await expect(desktop.record).toHaveCount(2);
  await expect(desktop.record.first()).toContainText('Forearm structure (14975008), Left (7771000)');

  const objects = (await storedObjects(stack, ENCOUNTER)).length;
  await desktop.button('End session').click();
  await expect(desktop.page.getByTestId('over')).toContainText('This session has ended');
  await expect(desktop.tiles).toHaveCount(0);
  expect(objects - (await storedObjects(stack, ENCOUNTER)).length).toBe(2);
  await expect(desktop.record).toHaveCount(2);
  await desktop.close();
});

test('the viewer by keyboard: zoom, turn, compare; a cropped copy leaves the original alone', async ({
  browser,
  stack,
}, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [870, 872]);
  const { page } = desktop;
  const [first = 0, second = 0] = await widthsOf(desktop);
  await desktop.tiles.first().press('Enter');
  const stage = page.getByRole('group', { name: 'Photo 1' });
  await stage.focus();
  await page.keyboard.press('+');
  await expect(stage).toHaveClass(/zoomed/);
  await page.keyboard.press('0');
  await expect(stage).not.toHaveClass(/zoomed/);
  await page.keyboard.press('c');
  await expect(page.getByRole('group', { name: 'Photo 2' })).toBeVisible();
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('dialog', { name: 'Photo 2' })).toBeVisible();
  await page.evaluate(backAndTurn);
  await expect(page.getByRole('dialog', { name: 'Photo 1' })).toBeVisible();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))); // what runs after a paint has run
  await expect(stage).toHaveAttribute('data-turns', '1');

  await desktop.button('Crop').click();
  const frame = page.getByRole('group', { name: /^Frame/ });
  await expect(frame).toHaveAccessibleName(`Frame: 600 by ${first} pixels`);
  await desktop.button('Bottom right corner').focus();
  for (let i = 0; i < 25; i++) await page.keyboard.press('ArrowUp');
  await expect(frame).toHaveAccessibleName(`Frame: 600 by ${first / 2} pixels`);
  await desktop.button('Save as new photo').click();
  await expect(page.getByRole('dialog', { name: 'Photo 3' })).toBeVisible();
  await page.keyboard.press('Escape');
  const shapes = await page.evaluate(() =>
    (document.querySelector('photobridge-widget')?.images ?? []).map(({ width, height, derivedFrom }) => ({
      width,
      tall: height,
      derived: derivedFrom !== undefined,
    })),
  );
  expect(shapes).toEqual([
    { width: first, tall: 600, derived: false },
    { width: 600, tall: first / 2, derived: true },
    { width: second, tall: 600, derived: false },
  ]);
  await expect(desktop.painted).toHaveCount(3);
  await desktop.close();
});

/** Runs in the page: goes back a photo, and turns that one as soon as it is there, before it is painted. */
function backAndTurn(): void {
  const viewer = document.querySelector('photobridge-widget')?.shadowRoot?.querySelector('dialog[part="viewer"]');
  if (!viewer) throw new Error('no viewer');
  const press = (key: string): void =>
    void viewer.querySelector('[part="stage"]')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  new MutationObserver((_, observer) => {
    observer.disconnect();
    press('r');
  }).observe(viewer, { attributeFilter: ['aria-label'] });
  press('ArrowLeft');
}

test('a removed photo comes back on Undo, and is gone from the store after a while', async ({
  browser,
  stack,
}, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [881, 882]);
  const before = (await storedKeys(stack, ENCOUNTER)).length;
  await desktop.tiles.first().click();
  await desktop.button('Remove photo').click();
  await desktop.page.keyboard.press('Escape');
  await expect(desktop.tiles).toHaveCount(1);
  await desktop.button('Bring photo 1 back').click();
  await expect(desktop.tiles).toHaveCount(2);
  await desktop.tiles.first().click();
  await desktop.button('Remove photo').click();
  await desktop.page.keyboard.press('Escape');
  await expect.poll(async () => before - (await storedKeys(stack, ENCOUNTER)).length, { timeout: 25_000 }).toBe(1);
  expect(await widthsOf(desktop)).toHaveLength(1);
  await desktop.close();
});

test('the timeline prints alone', async ({ browser, stack }, info) => {
  const desktop = await withPhotos(browser, stack, info.outputDir, [891]);
  await desktop.page.evaluate(() => {
    // The frame is printed in the turn in which it is made.
    const { append } = HTMLElement.prototype;
    HTMLElement.prototype.append = function (...nodes) {
      append.apply(this, nodes);
      for (const node of nodes)
        if (node instanceof HTMLIFrameElement && node.contentWindow) {
          const view = node.contentWindow;
          view.print = () => document.body.setAttribute('data-printed', view.document.body.innerText);
        }
    };
  });
  await desktop.button('Timeline').click();
  await desktop.button('Print').click();
  await expect(desktop.page.locator('body')).toHaveAttribute(
    'data-printed',
    /Encounter\s+enc-1001[\s\S]*Phone connected[\s\S]*Photo 1 arrived/,
  );
  await desktop.close();
});

test('in a frame of another origin, under a strict policy, it asks nobody but the edge, the store and realtime', async ({
  browser,
  stack,
}, info) => {
  const { port } = stack;
  const outside = `http://127.0.0.1:${port + 9}`;
  const [s3, realtime] = [`http://127.0.0.1:${port + 3}`, `127.0.0.1:${port + 4}`];
  const launch = await fetch(`${stack.practice}/launch`, {
    method: 'POST',
    body: JSON.stringify({ encounterId: ENCOUNTER }),
  });
  const { launchToken } = (await launch.json()) as { launchToken: string };
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  // Pages that a test makes up come from no address, so Chromium takes this machine for a foreign network.
  await context.grantPermissions(['local-network-access']);
  const page = await context.newPage();
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin));
  page.on(
    'console',
    (message) => message.text().includes('Content Security Policy') && complaints.push(message.text()),
  );
  await page.route(`${stack.practice}/framed`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: {
        'Content-Security-Policy': `default-src 'none'; script-src ${stack.edge}; connect-src ${stack.edge} ${s3} http://${realtime} ws://${realtime}; img-src blob:`,
      },
      body: `<!doctype html><html lang="en"><title>Record</title><script type="module" src="${stack.edge}/widget.js"></script><photobridge-widget api-base="${stack.edge}" launch-token="${launchToken}"></photobridge-widget></html>`,
    }),
  );
  await page.route(`${outside}/`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><iframe src="${stack.practice}/framed" width="860" height="660"></iframe>`,
    }),
  );
  await page.goto(`${outside}/`);
  const frame = page.frameLocator('iframe');
  await frame.getByTestId('show-code').click();
  await expect(frame.getByTestId('status')).toHaveAttribute('data-connection', 'live');
  await expect(frame.getByTestId('qr')).toBeVisible();
  const url = readQR(await page.screenshot());
  const phone = await Phone.scan(browser, url ?? '');
  await phone.send(await makePhotos(page, info.outputDir, [899]));
  await expect(frame.locator('[data-image-id] img')).toHaveCount(1);
  await frame.locator('[data-image-id]').click();
  await frame.getByRole('button', { name: 'Zoom in' }).click();
  await expect(frame.getByRole('group', { name: 'Photo 1' })).toHaveClass(/zoomed/);
  expect([...origins].filter((origin) => origin !== 'null').sort()).toEqual(
    [outside, stack.edge, stack.practice, s3, `ws://${realtime}`].sort(),
  );
  expect(complaints).toEqual([]);
  await Promise.all([context.close(), phone.close()]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`accessible and at home on every screen: ${colorScheme}`, async ({ browser, stack }, info) => {
    test.setTimeout(300_000);
    const desktop = await withPhotos(browser, stack, info.outputDir, [901, 902, 903], {
      colorScheme,
      reducedMotion: 'reduce',
    });
    const { page } = desktop;
    const screen = async (name: string): Promise<void> => {
      for (const width of [320, 768, 1280, 1920]) {
        await page.setViewportSize({ width, height: width < 760 ? 720 : 900 });
        await page.screenshot({ path: `e2e/out/widget-${name}-${colorScheme}-${width}.png`, fullPage: true });
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
        // The layouts change once, between these two.
        if (width !== 320 && width !== 1280) continue;
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
          `${name} at ${width} px`,
        ).toEqual([]);
      }
    };
    await desktop.codeButton.click();
    await screen('code');
    await desktop.codeButton.click();
    await desktop.button(/^Complete/).click();
    await screen('viewer');
    await desktop.button('Compare').click();
    await screen('compare');
    await desktop.button('Compare').click();
    await desktop.button('Crop').click();
    await expect(page.getByRole('group', { name: /^Frame/ })).toBeVisible();
    await screen('crop');
    await page.keyboard.press('Escape');
    await completeAll(desktop);
    await desktop.button('Add 3 photos to the record').click();
    await expect(desktop.record).toHaveCount(3);
    await screen('record');
    await desktop.button('Timeline').click();
    await screen('timeline');
    await desktop.close();
  });
}
