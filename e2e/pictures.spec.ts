import { Desktop } from '../harness/people/desktop.ts';
import { Phone } from '../harness/people/phone.ts';
import { makeSkins } from '../harness/photos/skin.ts';
import { expect, test } from '../harness/test.ts';

/** The folder for the README's pictures: `make pictures` sets docs. */
const FOLDER = process.env.PICTURES ?? 'e2e/out/pictures';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the README's pictures, ${colorScheme}`, async ({ browser, stack }, info) => {
    const desktop = await Desktop.open(browser, stack, colorScheme === 'light' ? 'enc-1001' : 'enc-1002');
    await desktop.page.emulateMedia({ colorScheme });
    const files = await makeSkins(desktop.page, info.outputDir, 3, { width: 2400, height: 1800 });
    const url = await desktop.showsCode();
    const phone = await Phone.scan(browser, url);
    await phone.page.emulateMedia({ colorScheme });
    await expect(phone.button('Gallery')).toBeEnabled();
    await phone.page.screenshot({ path: `${FOLDER}/phone-capture-${colorScheme}.png`, scale: 'css' });
    await phone.choosesPhotos(files);
    await phone.button('Add details').tap();
    for (const [side, site] of [
      ['Left', 'Forearm'],
      ['Right', 'Hand'],
      ['Left', 'Back'],
    ] as const) {
      await phone.button(side).and(phone.page.locator('[data-choice="laterality"]')).tap();
      await phone.button('All sites').tap();
      await phone.page.locator('.site-option', { hasText: site }).first().tap();
      if (site === 'Hand') {
        await phone.page.locator('.look-head').scrollIntoViewIfNeeded();
        await phone.page.screenshot({ path: `${FOLDER}/phone-details-${colorScheme}.png`, scale: 'css' });
      }
      await phone.button(/^(Next|Send 3 photos)$/).tap();
    }
    await expect(phone.page.locator('.receipt')).toBeVisible();
    await phone.page.screenshot({ path: `${FOLDER}/phone-receipt-${colorScheme}.png`, scale: 'css' });
    await expect(desktop.painted).toHaveCount(3);
    await desktop.codeButton.click();
    await desktop.page.mouse.move(0, 0);
    await desktop.page.waitForTimeout(400); // the pictures fade in
    await desktop.page.screenshot({ path: `${FOLDER}/desktop-${colorScheme}.png` });
    await Promise.all([desktop.close(), phone.close()]);
  });
}
