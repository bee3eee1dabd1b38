/** What goes into the record: by whom, from when, with which consent, and what happens to refused photos. */

import AxeBuilder from '@axe-core/playwright';
import type { Browser, TestInfo } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { askConsent } from '../../harness/people/consent.ts';
import { DESKTOP, Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { signInAs } from '../../harness/people/practice.ts';
import { Uploader } from '../../harness/people/uploader.ts';
import { makePhotos } from '../../harness/photos/photos.ts';
import { storedObjects } from '../../harness/stack/objects.ts';
import type { Stack } from '../../harness/stack/stack.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';

/** Checks the page in both themes, with axe too. */
async function look({ page }: Desktop, name: string, info: TestInfo): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: info.outputPath(`${name}-${colorScheme}.png`), fullPage: true });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]),
      `${name}, ${colorScheme}`,
    ).toEqual([]);
  }
}

async function openAs(browser: Browser, stack: Stack, id: string, name: string): Promise<Desktop> {
  const context = await browser.newContext(DESKTOP);
  await signInAs(context, stack, { id, name });
  return Desktop.openIn(context, stack, ENCOUNTER);
}

test('two clinicians in one session are two authors, and the photo of last week is from last week', async ({
  browser,
  stack,
}, info) => {
  const doctor = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [811]);
  await doctor.completesAll();
  await doctor.tiles.first().click();
  const taken = doctor.page.getByLabel('Taken');
  await taken.fill(`${new Date().getFullYear() + 1}-01-01T08:15`);
  await taken.blur();
  await expect(doctor.page.getByText('This is in the future')).toBeVisible();
  await look(doctor, 'future', info);
  const lastWeek = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
  await taken.fill(`${lastWeek}T08:15`);
  await taken.blur();
  await expect(doctor.page.getByText('Corrected by a clinician.')).toBeVisible();
  await doctor.page.keyboard.press('Escape');

  const nurse = await openAs(browser, stack, 'nurse-demo', 'Nurse Demo');
  await expect(nurse.painted).toHaveCount(1);
  for (const desktop of [nurse, doctor]) await desktop.button('Add 1 photo to the record').click();
  for (const { record, name } of [
    { record: nurse.record, name: 'Nurse Demo' },
    { record: doctor.record, name: 'Dr Demo' },
  ]) {
    await expect(record).toContainText(new RegExp(`Taken ${lastWeek} 08:15:00[+-]\\d\\d:\\d\\d · added by ${name}`));
    await record.getByText('Provenance').click();
    await expect(record).toContainText(`Author: ${name}`);
    await expect(record).toContainText('Enterer: Dr Demo');
  }
  await look(nurse, 'two-authors', info);
  await nurse.close();
  await doctor.close();
});

/** New Zealand's repeated hour, the extreme time zones, and a date without a time. */
const TIMES = [
  ['2026-04-05T02:30:00', '+13:00'],
  ['2026-04-05T02:30:00', '+12:00'],
  ['2026-03-04T08:15:00', '-12:00'],
  ['2026-03-04T08:15:00', '+14:00'],
  ['2026-03-04T00:15:00', '+05:45'],
  ['2026-03-04T08:15:00', ''],
] as const;

test('ten photos, of which the record refuses two: each says why, and only those are tried again', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Uploader.scan(stack, await desktop.showsCode());
  const files = await makePhotos(
    desktop.page,
    info.outputDir,
    Array.from({ length: 10 }, (_, n) => 821 + n),
  );
  for (const [n, file] of files.entries()) {
    const [local, offset] = TIMES[n % TIMES.length] ?? TIMES[0];
    const captured = { local, source: 'camera', ...(offset ? { offset } : {}) } as const;
    const metadata = { bodySite: 'forearm', laterality: 'left', captured } as const;
    await phone.upload(readFileSync(file), { width: 821 + n, height: 600, metadata });
  }
  await desktop.codeButton.click();
  await expect(desktop.painted).toHaveCount(10);
  await desktop.page.getByText('Faults for a demonstration').click();
  await desktop.page.getByLabel(/^Photos that the record refuses/).fill('3, 7');
  await desktop.button('Add 10 photos to the record').click();
  await expect(desktop.record).toHaveCount(8);
  for (const [local, offset] of TIMES)
    await expect(
      desktop.record.filter({
        hasText: `Taken ${offset ? local.replace('T', ' ') + offset : local.slice(0, 10)} · added by`,
      }),
    ).not.toHaveCount(0);
  const refused = desktop.page.getByText(/^Not in the record: the record has no room/);
  await expect(refused).toHaveCount(2);
  await look(desktop, 'refused', info);

  const [third, seventh] = [2, 6].map(async (n) => (await desktop.images())[n]?.id);
  await desktop.page.reload();
  await expect(desktop.painted).toHaveCount(10);
  await expect(refused).toHaveCount(2);
  await desktop.button('Try 2 again').click();
  await expect(desktop.record).toHaveCount(2);
  const ids = await desktop.record.evaluateAll((all) => all.map((one) => one.getAttribute('data-record-id')));
  expect(ids).toEqual([await third, await seventh]);
  await expect(refused).toHaveCount(0);
  await desktop.close();
});

test('consent is asked, given, and in the record, with the very bytes that were stored', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  const phone = await Phone.scan(browser, await desktop.showsCode(), {
    prepare: (context) => askConsent(context, 'ask'),
  });
  await phone.button('The patient agrees').tap();
  await phone.sendsPhotos(await makePhotos(desktop.page, info.outputDir, [841, 842]));
  await expect(desktop.painted).toHaveCount(2);
  await phone.close();
  await desktop.completesAll();
  const ids = (await desktop.images()).map(({ id }) => id);
  const stored = (await storedObjects(stack, ENCOUNTER))
    .filter(({ key }) => ids.some((id) => key.includes(id))) // an earlier test's phone may have sent another one late
    .map(({ bytes }) => sha256(bytes))
    .sort();
  expect(stored).toHaveLength(2);
  for (const [form, attachment] of [
    ['Media', 'inline'],
    ['DocumentReference', 'binary'],
  ] as const) {
    await desktop.page.evaluate((forms) => Object.assign(document.querySelector('photobridge-widget') ?? {}, forms), {
      recordForm: form,
      attachment,
    });
    await desktop.button('Add 2 photos to the record').click();
    await expect(desktop.record).toHaveCount(2);
    await expect(desktop.record.first()).toContainText(/Consent given \d{4}-\d\d-\d\d \d\d:\d\d/);
    expect((await recordedHashes(desktop)).sort()).toEqual(stored);
    if (attachment === 'inline') {
      await look(desktop, 'consent', info);
      await desktop.page.evaluate(() => sessionStorage.clear());
      await desktop.page.reload();
      await expect(desktop.painted).toHaveCount(2);
    }
  }
  await desktop.close();
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The bytes of the record's pictures. */
function recordedHashes({ page }: Desktop): Promise<string[]> {
  return page.locator('[data-record-id] img').evaluateAll((pictures) =>
    Promise.all(
      pictures.map(async (picture) => {
        const bytes = await (await fetch((picture as HTMLImageElement).src)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      }),
    ),
  );
}

test('the set of a lesion is completed by following the gate', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [851, 852]);
  const { page } = desktop;
  await page.evaluate(() => document.querySelector('photobridge-widget')?.setAttribute('record-gate', 'referral'));
  await desktop.completesAll();
  await expect(page.getByText('Left forearm: an overview and a close-up missing')).toBeVisible();
  await look(desktop, 'gate', info);
  await desktop.button('Complete 1 lesion').click();
  await page.getByText('Overview', { exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Left forearm: a close-up missing')).toBeVisible();
  await desktop.button('Complete 1 lesion').click();
  await expect(page.getByRole('radio', { name: 'Overview' })).not.toBeChecked();
  await page.getByText('Close-up', { exact: true }).click();
  await page.keyboard.press('Escape');
  await desktop.button('Add 2 photos to the record').click();
  await expect(desktop.record).toHaveCount(2);
  await expect(desktop.record.first()).toContainText('Left forearm, overview');
  await desktop.close();
});
