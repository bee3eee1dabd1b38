/** From the gate into the record, removal and undo, and what the timeline prints. */

import { Desktop } from '../../harness/people/desktop.ts';
import { storedKeys, storedObjects } from '../../harness/stack/objects.ts';
import { expect, test } from '../../harness/test.ts';

const ENCOUNTER = 'enc-1001';

test('from the gate into the record, and the session ended', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [861, 862]);
  await desktop.button('Complete 2 photos').click();
  await expect(desktop.page.getByLabel('Body site')).toBeFocused();
  await desktop.page.keyboard.press('Escape');
  await desktop.completesAll();
  await desktop.page.getByText('Faults for a demonstration').click();
  await desktop.page.getByLabel(/Record locked/).check();
  await desktop.button('Add 2 photos to the record').click();
  await expect(desktop.page.getByRole('alert')).toContainText('Nothing was added to the record: the record is locked');
  await expect(desktop.record).toHaveCount(0);
  await desktop.page.getByLabel(/Record locked/).uncheck();
  await desktop.button('Try 2 again').click();
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

test('a removed photo comes back on Undo, and is gone from the store after a while', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [881, 882]);
  const before = (await storedKeys(stack, ENCOUNTER)).length;
  await desktop.tiles.first().click();
  await desktop.button('Remove photo').click();
  await desktop.page.keyboard.press('Escape');
  await expect(desktop.tiles).toHaveCount(1);
  await desktop.button('Restore photo 1').click();
  await expect(desktop.tiles).toHaveCount(2);
  await desktop.tiles.first().click();
  await desktop.button('Remove photo').click();
  await desktop.page.keyboard.press('Escape');
  await expect.poll(async () => before - (await storedKeys(stack, ENCOUNTER)).length, { timeout: 25_000 }).toBe(1);
  expect(await desktop.widths()).toHaveLength(1);
  await desktop.close();
});

test('the timeline prints alone', async ({ browser, stack }, info) => {
  const desktop = await Desktop.holding(browser, stack, ENCOUNTER, info.outputDir, [891]);
  await desktop.page.evaluate(() => {
    // The frame is printed in the same task in which it is made.
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
