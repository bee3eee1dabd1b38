/** A session with unseen photos is not ended, and actions just before the page closes are kept. */

import { readFileSync } from 'node:fs';
import { Desktop } from '../../harness/people/desktop.ts';
import { Session } from '../../harness/people/practice.ts';
import { Uploader } from '../../harness/people/uploader.ts';
import { makePhotos } from '../../harness/photos/photos.ts';
import { storedKeys } from '../../harness/stack/objects.ts';
import { expect, test } from '../../harness/test.ts';
import { presign } from '../../web/src/api/client.ts';

const ENCOUNTER = 'enc-1001';
const SHAPE = { width: 901, height: 600 };

test('photos that arrived unseen are shown, and the end asks', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [900]);
  const [file = ''] = await makePhotos(desktop.page, info.outputDir, [901]);
  const uploader = await Uploader.scan(stack, await desktop.showsCode());
  await desktop.completesAll();
  await desktop.button('Add 1 photo to the record').click();
  const lists = `**/images/${ENCOUNTER}`;
  await desktop.page.route(lists, (route) => route.abort());
  await uploader.upload(readFileSync(file), SHAPE);
  await desktop.button('End session').click();
  await expect(desktop.button('Ending…')).toBeDisabled();
  await desktop.page.unroute(lists);
  const question = desktop.page.getByRole('alertdialog', { name: 'End this session?' });
  await expect(question).toContainText('1 photo arrived since.');
  await expect(desktop.painted).toHaveCount(2);
  await expect(desktop.button('Keep it open')).toBeFocused();
  await desktop.button('Keep it open').click();
  await expect(question).toBeHidden();
  expect(await desktop.widths()).toEqual([900, 901]);
  await desktop.close();
});

test('the end asks while a phone is sending, and ends it when the clinician says so', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [902]);
  const [file = ''] = await makePhotos(desktop.page, info.outputDir, [903]);
  const uploader = await Uploader.scan(stack, await desktop.showsCode());
  await desktop.completesAll();
  await desktop.button('Add 1 photo to the record').click();
  await expect(desktop.button('End session')).toBeVisible();
  await presign(stack.edge, uploader.reservation([readFileSync(file)]), uploader.grant.uploadToken);
  await expect(desktop.page.locator('[data-expected-id]')).toHaveText(/On its way/);
  await desktop.button('End session').click();
  const question = desktop.page.getByRole('alertdialog', { name: 'End this session?' });
  await expect(question).toContainText('A phone is still sending 1 photo.');
  await desktop.button('End anyway').click();
  await expect(desktop.page.getByTestId('over')).toContainText('This session has ended');
  expect(await storedKeys(stack, ENCOUNTER)).toEqual([]);
  await desktop.close();
});

test('ended on another desktop: nothing of it stays on this one', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [906]);
  const elsewhere = await Session.open(stack, undefined, ENCOUNTER);
  await elsewhere.end();
  await expect(desktop.page.getByTestId('over')).toContainText('This session has ended');
  await expect(desktop.tiles).toHaveCount(0);
  await desktop.close();
});

test('a removal and a note just before the host goes to another page are kept', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [904, 905]);
  const [, second] = await desktop.widths(); // photos that are sent together arrive in any order
  await desktop.tiles.first().click();
  await desktop.button('Remove photo').click();
  await desktop.page.getByLabel('Notes').fill('healing well');
  await desktop.page.goto('about:blank');
  await expect.poll(async () => (await storedKeys(stack, ENCOUNTER)).length).toBe(1);
  const again = await Desktop.openIn(desktop.page.context(), stack, ENCOUNTER);
  await expect(again.painted).toHaveCount(1);
  expect(await again.widths()).toEqual([second]);
  await again.tiles.first().click();
  await expect(again.page.getByLabel('Notes')).toHaveValue('healing well');
  await desktop.close();
});
