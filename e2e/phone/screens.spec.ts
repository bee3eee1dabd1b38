/** Every screen and sheet of the phone page as a person meets it, photographed in each size and scheme. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Phone } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { contactSheet, type Shot } from '../../harness/pictures/sheet.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import { expect, test } from '../../harness/test.ts';
import { walk } from '../../harness/people/walk.ts';

const folder = fileURLToPath(new URL('../out/screens', import.meta.url));
const documented = fileURLToPath(new URL('../../docs/phone-screens.png', import.meta.url));

/** Half a phone's photo each way: the screens show no more of it. */
const PHOTO = { width: 1512, height: 2016 };
const SIZES = {
  '390': { width: 390, height: 844 },
  '320': { width: 320, height: 568 },
  landscape: { width: 844, height: 390 },
} as const;
const SCHEMES = ['light', 'dark'] as const;

/** In each size and scheme, without a sideways scroll; the phone is left as it was found. */
async function photograph({ page }: Phone, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
    }
    // A phone zooms out for what is too wide.
    const width = await page.evaluate(() => Math.max(innerWidth, document.documentElement.scrollWidth));
    expect(width, `${name} at ${size} is too wide`).toBe(viewport.width);
  }
  await page.setViewportSize(SIZES['390']);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}

// The contact sheet is made of what the others photographed.
test.describe.configure({ mode: 'serial' });

test.beforeAll(() => mkdirSync(folder, { recursive: true }));

test('the seven screens, the sheets and consent', async ({ browser, page, stack }, info) => {
  test.slow();
  await walk(browser, stack, await makeSkins(page, info.outputDir, 5, PHOTO), {}, photograph);
});

test('errors before a session, and after the last screen', async ({ browser, stack }, info) => {
  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  await expect(phone.screen('code')).toBeVisible();
  await photograph(phone, '0-code');
  await phone.page.getByRole('textbox').fill('7k3m 9qt');
  await phone.button('Open').tap();
  await photograph(phone, '0-code-wrong');
  await phone.page.goto(`${stack.edge}/mobile#t=AAAAAAAAAAAAAAAAAAAAAA`);
  await expect(phone.trouble).toContainText('ten minutes');
  await photograph(phone, '7-error-expired');

  const [first, second] = [await Session.open(stack), await Session.open(stack, 'Tobias Wren, 02.11.1988')];
  await phone.page.goto(first.url);
  await phone.choosesPhotos(await makeSkins(phone.page, info.outputDir, 1, PHOTO));
  await expect(phone.page.getByText('Ready to send')).toBeVisible({ timeout: 30_000 });
  await phone.page.goto(second.url);
  await expect(phone.trouble).toContainText('Tobias Wren');
  await photograph(phone, '7-error-other-patient');
  await phone.button(/^Back to/).tap();
  await phone.button('Send without details').tap();
  await expect(phone.screen('success')).toBeVisible({ timeout: 30_000 });
  await phone.button('Done').tap();
  await photograph(phone, '6-success-closed');
  await phone.close();
});

test('a contact sheet of the seven', async ({ browser }, info) => {
  const shot = (name: string, caption: string, look: string, width: number): Shot => ({
    path: join(folder, `${name}-${look}.png`),
    caption,
    width,
  });
  const seven = [
    ['1-loading', 'Loading'],
    ['2-capture', 'Capture'],
    ['3-review', 'Review'],
    ['4-metadata-carry', 'Metadata'],
    ['5-uploading', 'Uploading'],
    ['6-success', 'Success'],
    ['7-error-other-patient', 'Error'],
  ] as const;
  const sheet = await contactSheet(browser, [
    ...SCHEMES.map((scheme) => seven.map(([name, caption]) => shot(name, caption, `390-${scheme}`, 164))),
    [
      shot('2-capture-waiting', 'Capture, on its side', 'landscape-light', 352),
      shot('4-metadata-carry', 'Metadata, on its side', 'landscape-dark', 352),
      ...['2-capture', '3-review', '6-success'].map((name) => shot(name, '320 px', '320-light', 112)),
    ],
  ]);
  expect(sheet.length).toBeLessThan(400_000);
  // The documentation's copy changes only when that is asked for: playwright test --update-snapshots=all
  writeFileSync(info.config.updateSnapshots === 'all' ? documented : join(folder, '../phone-screens.png'), sheet);
});
