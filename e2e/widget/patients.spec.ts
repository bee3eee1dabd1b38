/** Another patient is opened in the same window: nothing is lost, and nothing is shown for the wrong patient. */

import AxeBuilder from '@axe-core/playwright';
import { expireSession, inject } from '../../harness/faults/faults.ts';
import { Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { makePhotos } from '../../harness/photos/photos.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';

test('another patient after the session expired: the practice asks before this screen loses its photos', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [843]);
  const next = desktop.page.locator('[data-encounter-id="enc-1002"]');
  await expireSession(stack, ENCOUNTER);
  await desktop.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(desktop.page.getByTestId('over')).toBeVisible();
  await desktop.completesAll();
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
  const phone = await Phone.scan(browser, await desktop.showsCode());
  const files = await makePhotos(desktop.page, info.outputDir, [851]);
  const mend = await inject(stack, { service: 's3', route: 'PUT object', effect: 'delay', delayMs: 3000 });
  await phone.sendsPhotos(files);
  await desktop.page.locator('[data-encounter-id="enc-1002"]').click();
  await desktop.page.evaluate(() => {
    const root = document.querySelector('photobridge-widget')?.shadowRoot;
    if (!root) throw new Error('no widget');
    // A wrong photo must not be shown even once.
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
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [861]);
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
