/** The widget in other people's pages: framed under a strict policy, and on every screen width. */

import AxeBuilder from '@axe-core/playwright';
import { readQR } from '../../harness/browsers/qr.ts';
import { Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { launchToken } from '../../harness/people/practice.ts';
import { passEarlier } from '../../harness/photos/earlier.ts';
import { makePhotos } from '../../harness/photos/photos.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';
/** Only these depend on the colour scheme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

test('in a frame of another origin, under a strict policy, it asks only the edge, the store and realtime', async ({
  browser,
  stack,
}, info) => {
  const { port } = stack;
  const outside = `http://127.0.0.1:${port + 9}`;
  const [s3, realtime] = [`http://127.0.0.1:${port + 3}`, `127.0.0.1:${port + 4}`];
  const launch = await launchToken(stack, ENCOUNTER);
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  // Pages that a test makes up have no address, so Chromium considers this machine a foreign network.
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
        'Content-Security-Policy':
          `default-src 'none'; script-src ${stack.edge}; connect-src ${stack.edge} ${s3} http://${realtime} ` +
          `ws://${realtime}; img-src blob:; frame-src ${stack.edge}`,
      },
      body:
        `<!doctype html><html lang="en"><title>Record</title><script type="module" src="${stack.edge}/widget.js">` +
        `</script><photobridge-widget api-base="${stack.edge}" launch-token="${launch}"></photobridge-widget>` +
        '</html>',
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
  await phone.sendsPhotos(await makePhotos(page, info.outputDir, [899]));
  await expect(frame.locator('[data-image-id] img')).toHaveCount(1);
  await frame.locator('[data-image-id]').click();
  await frame.getByRole('button', { name: 'Zoom in' }).click();
  await expect(frame.getByRole('group', { name: 'Photo 1' })).toHaveClass(/zoomed/);
  await page.keyboard.press('Escape');
  await frame.getByTestId('add-files').setInputFiles(await makePhotos(page, info.outputDir, [897]));
  await expect(frame.locator('[data-image-id] img')).toHaveCount(2);
  expect([...origins].filter((origin) => origin !== 'null').sort()).toEqual(
    [outside, stack.edge, stack.practice, s3, `ws://${realtime}`].sort(),
  );
  expect(complaints).toEqual([]);
  await Promise.all([context.close(), phone.close()]);
});

test('a third longer and right to left, nothing is cut off or scrolls sideways', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [905, 906], {
    reducedMotion: 'reduce',
  });
  const { page } = desktop;
  await desktop.codeButton.click();
  for (const [locale, direction] of [
    ['en-XA', 'ltr'],
    ['ar-XB', 'rtl'],
  ] as const) {
    const widget = page.locator('photobridge-widget');
    await widget.evaluate((element, tag) => element.setAttribute('locale', tag), locale);
    await expect(page.locator('.widget').locator('..')).toHaveAttribute('dir', direction);
    for (const screen of ['card', 'viewer']) {
      if (screen === 'viewer') await desktop.tiles.first().click();
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: width < 760 ? 720 : 900 });
        await page.screenshot({ path: `e2e/out/widget-${screen}-${locale}-${width}.png`, fullPage: true });
        expect(await widget.evaluate(tooWide), `${screen}, ${locale}, ${width} px`).toEqual([]);
      }
    }
    await page.keyboard.press('Escape');
  }
  await desktop.close();
});

/** Runs in the page: returns what reaches beyond its edges, and texts that do not fit their box. */
function tooWide(widget: Element): string[] {
  const texts = widget.shadowRoot?.querySelectorAll<HTMLElement>('button, p, h2, h3, li, dt, dd, legend, label, span');
  return [...(texts ?? [])].flatMap((element) => {
    if (element.clientWidth === 0 || element.closest('.hidden, .stage')) return [];
    const { left, right } = element.getBoundingClientRect();
    const isCut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible';
    return isCut || left < -1 || right > innerWidth + 1 ? [`${element.tagName}: ${element.textContent}`] : [];
  });
}

test('accessible and at home on every screen, light and dark', async ({ browser, stack }, info) => {
  test.setTimeout(300_000);
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [901, 902, 903], {
    reducedMotion: 'reduce',
  });
  const { page } = desktop;
  const look = async (name: string, colorScheme: 'light' | 'dark', width: number): Promise<void> => {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `e2e/out/widget-${name}-${colorScheme}-${width}.png`, fullPage: true });
    // The layouts change once, between these two.
    if (width !== 320 && width !== 1280) return;
    const axe = new AxeBuilder({ page });
    if (colorScheme === 'dark') axe.withRules(COLOUR_RULES);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]);
    expect(found, `${name} at ${width} px, ${colorScheme}`).toEqual([]);
  };
  const screen = async (name: string): Promise<void> => {
    for (const width of [320, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: width < 760 ? 720 : 900 });
      for (const colorScheme of ['light', 'dark'] as const) await look(name, colorScheme, width);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
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
  await page.evaluate(passEarlier);
  await desktop.button('Compare').click();
  await page.locator('.comparing select').selectOption({ index: 0 });
  await desktop.button('Show on the phone’s camera').click();
  await expect(page.getByText('The quick camera on the phone shows this photo')).toBeVisible();
  await screen('guide');
  await page.setViewportSize({ width: 320, height: 720 });
  const [stages, details] = [page.locator('.stages'), page.locator('.viewer .details')];
  const { y = 0, height = 0 } = (await stages.boundingBox()) ?? {};
  expect((await details.boundingBox())?.y, 'the details are below both photos').toBeGreaterThanOrEqual(y + height);
  await desktop.button('Compare').click();
  await desktop.button('Crop').click();
  await expect(page.getByRole('group', { name: /^Frame/ })).toBeVisible();
  await screen('crop');
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  await expect(page.getByRole('application')).toBeFocused();
  await page.keyboard.press('l');
  for (const key of ['Enter', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter', 'Enter'])
    await page.keyboard.press(key);
  await expect(page.getByRole('alert')).toContainText('such as 10');
  await screen('annotate');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await desktop.completesAll();
  await desktop.button('Add 3 photos to the record').click();
  await expect(desktop.record).toHaveCount(3);
  await screen('record');
  await desktop.button('Timeline').click();
  await screen('timeline');
  await desktop.close();
});
