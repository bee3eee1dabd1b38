/** Photos appear on every desktop, whatever happens to realtime, the edge or the page. */

import { readFileSync } from 'node:fs';
import { expireSession, forgetRealtime, inject } from '../../harness/faults/faults.ts';
import { Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { Uploader } from '../../harness/people/uploader.ts';
import { makePhotos } from '../../harness/photos/photos.ts';
import { expect, test } from '../../harness/test.ts';

/** Longer than the widget's polling interval while realtime is down. */
const POLL_LIMIT_MS = 20_000;
const ENCOUNTER = 'enc-1001';

test('two desktops and three phones: every photo on both screens, once, in one order', async ({
  browser,
  stack,
}, info) => {
  const first = await Desktop.open(browser, stack, ENCOUNTER);
  const second = await Desktop.open(browser, stack, ENCOUNTER);
  const url = await first.showsCode();
  const phones = await Promise.all([url, url, url].map((code) => Phone.scan(browser, code)));
  const files = await makePhotos(first.page, info.outputDir, [801, 802, 803, 804, 805, 806]);
  await Promise.all(phones.map((phone, i) => phone.sendsPhotos(files.slice(2 * i, 2 * i + 2))));
  for (const desktop of [first, second]) {
    await expect(desktop.painted).toHaveCount(6);
    expect((await desktop.widths()).sort()).toEqual([801, 802, 803, 804, 805, 806]);
    await expect(desktop.status).toHaveAttribute('data-connection', 'live');
  }
  expect(await second.widths()).toEqual(await first.widths());
  await second.button(/^Complete/).click();
  await second.page.getByLabel('Body site').selectOption('nose');
  await expect(first.tiles.first()).toContainText('Nose');
  await Promise.all([first, second, ...phones].map((one) => one.close()));
});

/** With five, the percentiles below mean something. */
const SESSIONS = Number(process.env.SESSIONS ?? 1);

test('twenty photos are painted, and how soon after their confirmation', async ({ browser, stack }, info) => {
  const waits: number[] = [];
  for (let session = 0; session < SESSIONS; session++) {
    await expireSession(stack, ENCOUNTER);
    const desktop = await Desktop.open(browser, stack, ENCOUNTER);
    const [file = ''] = await makePhotos(desktop.page, info.outputDir, [1600]);
    const uploader = await Uploader.scan(stack, await desktop.showsCode());
    await expect(desktop.status).toHaveAttribute('data-connection', 'live');
    const paintedAt = await desktop.watchPaints();
    for (let photo = 0; photo < 20; photo++) {
      const { imageId, confirmedAt } = await uploader.upload(readFileSync(file), { width: 1600, height: 600 });
      waits.push((await paintedAt(imageId)) - confirmedAt);
    }
    await expect(desktop.painted).toHaveCount(20);
    await desktop.close();
  }
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? NaN;
  const [median, p95] = [at(0.5), at(0.95)];
  console.log(`confirmation to paint: median ${median} ms, 95th percentile ${p95} ms, longest ${waits.at(-1)} ms`);
  info.annotations.push({ type: 'confirmation to paint, 95th percentile', description: `${p95} ms of 1000` });
  expect(waits).toHaveLength(20 * SESSIONS);
});

test('realtime cut: photos come by polling, and at once when it is back', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.showsCode());
  await expect(desktop.status).toHaveAttribute('data-connection', 'live');
  const mend = await inject(stack, { service: 'realtime', effect: 'drop-before' });
  await forgetRealtime(stack);
  await expect(desktop.status).toHaveAttribute('data-connection', 'polling');
  await phone.sendsPhotos(await makePhotos(desktop.page, info.outputDir, [811]));
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
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [821]);
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
  // Details given while the edge was down have reached it.
  await desktop.page.reload();
  await expect(desktop.tiles.first()).toContainText('Hand');
  expect(dialogs).toBe(0);
  await desktop.close();
});

test('a page that was frozen shows what came meanwhile', async ({ browser, stack }, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.showsCode());
  const files = await makePhotos(desktop.page, info.outputDir, [831, 832]);
  const devtools = await desktop.page.context().newCDPSession(desktop.page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await phone.sendsPhotos(files);
  await expect(phone.receipt).toBeVisible({ timeout: 30_000 });
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await expect(desktop.painted).toHaveCount(2);
  expect(await desktop.widths()).toHaveLength(2);
  await Promise.all([desktop.close(), phone.close()]);
});
