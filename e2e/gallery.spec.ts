/** Every state of the pages and the widget, from invented data: none is too wide, and each can be pictured. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { contactSheet, type Shot } from '../harness/pictures/sheet.ts';

const built = fileURLToPath(new URL('../build/gallery', import.meta.url));
/** The folder for the pictures, which `make gallery` sets. Without one, none are taken. */
const folder = process.env.GALLERY;
const documented = fileURLToPath(new URL('../docs/phone-screens.png', import.meta.url));

const ORIGIN = 'https://gallery.test';
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const SCHEMES = ['light', 'dark'] as const;
const PHONE = { '390': [390, 844], '320': [320, 568], landscape: [844, 390] } as const;
const DESKTOP = { '1280': [1280, 800], '1920': [1920, 1080], '320': [320, 640] } as const;

for (const [name, sizes] of Object.entries({ phone: PHONE, widget: DESKTOP, desk: DESKTOP })) {
  test(`every state of the ${name} fits its window`, async ({ browser }) => {
    test.slow();
    const { page, errors } = await openGallery(browser);
    await page.goto(`${ORIGIN}/${name}.html`);
    const states = await page.locator('#app a').allTextContents();
    expect(states.length).toBeGreaterThan(5);
    const shots: Shot[][] = [];
    for (const state of states) {
      await page.goto(`${ORIGIN}/${name}.html?state=${encodeURIComponent(state)}`);
      await page.waitForFunction(() => {
        const app = document.getElementById('app');
        const isDrawn = (app?.childElementCount ?? 0) > 0 || (app?.shadowRoot?.childElementCount ?? 0) > 0;
        return isDrawn && app?.ariaBusy === 'false';
      });
      shots.push(await lookAt(page, `${name}, ${state}`, sizes));
      expect(errors, state).toEqual([]);
    }
    await page.context().close();
    if (folder) writeFileSync(join(folder, `${name}.html`), overview(name, shots));
  });
}

test('the contact sheet of the phone’s screens', async ({ browser }, info) => {
  test.skip(folder === undefined, 'made of the photographs that make gallery takes');
  const shot = (state: string, caption: string, look: string, width: number): Shot => ({
    path: join(folder ?? '', `phone, ${state}, ${look}.png`),
    caption,
    width,
  });
  const seven = [
    ['loading', 'Loading'],
    ['capture', 'Capture'],
    ['review', 'Review'],
    ['details given', 'Metadata'],
    ['uploading', 'Uploading'],
    ['success', 'Success'],
    ['error: another patient', 'Error'],
  ] as const;
  const sheet = await contactSheet(browser, [
    ...SCHEMES.map((scheme) => seven.map(([state, caption]) => shot(state, caption, `390, ${scheme}`, 164))),
    [
      shot('capture with photos waiting', 'Capture, on its side', 'landscape, light', 352),
      shot('details given', 'Metadata, on its side', 'landscape, dark', 352),
      ...['capture', 'review', 'success'].map((state) => shot(state, '320 px', '320, light', 112)),
    ],
  ]);
  expect(sheet.length).toBeLessThan(400_000);
  // The documentation's copy changes only on request: playwright test --update-snapshots=all
  writeFileSync(info.config.updateSnapshots === 'all' ? documented : join(folder ?? '', 'phone-screens.png'), sheet);
});

/** A page that is served from the build, and the errors that it reports. */
async function openGallery(browser: Browser): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ reducedMotion: 'reduce', permissions: ['camera'] });
  await context.route(`${ORIGIN}/**`, (route) => {
    const path = join(built, new URL(route.request().url()).pathname);
    return route.fulfill({ path, contentType: TYPES[extname(path)] ?? 'application/octet-stream' });
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  if (folder) mkdirSync(folder, { recursive: true });
  return { page, errors };
}

type Sizes = Readonly<Record<string, readonly [number, number]>>;

/** Checks each size for horizontal scrolling, and takes pictures in both schemes if there is a folder. */
async function lookAt(page: Page, name: string, sizes: Sizes): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (const [size, [width, height]] of Object.entries(sizes)) {
    await page.setViewportSize({ width, height });
    // A phone zooms out if something is too wide.
    const needed = await page.evaluate(() => Math.max(innerWidth, document.documentElement.scrollWidth));
    expect(needed, `${name} at ${size} is too wide`).toBe(width);
    for (const colorScheme of folder ? SCHEMES : []) {
      await page.emulateMedia({ colorScheme });
      const path = join(folder ?? '', `${name}, ${size}, ${colorScheme}.png`.replace('/', '-'));
      await page.screenshot({ path });
      shots.push({ path, caption: `${name}, ${size}`, width: Math.min(width, 480) });
    }
  }
  return shots;
}

/** One page with all pictures. It needs no server. */
function overview(name: string, shots: readonly (readonly Shot[])[]): string {
  const figure = ({ path, caption, width }: Shot): string => {
    const source = encodeURIComponent(path.slice((folder ?? '').length + 1));
    const image = `<img src="${source}" width="${width}" loading="lazy" alt="">`;
    return `<figure>${image}<figcaption>${caption}</figcaption></figure>`;
  };
  const style =
    'body{font:14px system-ui;background:#8a9797}div{display:flex;gap:1rem;overflow:auto}figure{margin:0 0 1rem}';
  const rows = shots.map((row) => `<div>${row.map(figure).join('')}</div>`).join('\n');
  return `<!doctype html><meta charset="utf-8"><title>${name}</title><style>${style}</style>\n${rows}\n`;
}
