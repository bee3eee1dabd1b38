/** The phones of a session: listed by name, removed on request, and admitted by a number if so configured. */

import { Desktop } from '../../harness/people/desktop.ts';
import { Phone } from '../../harness/people/phone.ts';
import { expect, PATIENT, test } from '../../harness/journey.ts';
import { startStack } from '../../harness/stack/stack.ts';

test('one of two phones is removed and says so; the other one continues', async ({
  browser,
  clinician,
  nurse,
  photos,
  stack,
}) => {
  await clinician.opensPatient(PATIENT);
  const link = await clinician.showsCode();
  await nurse.takesPhotos(link, await photos(1));
  const other = await Phone.scan(browser, link);
  await expect(other.button('Gallery')).toBeEnabled();
  await clinician.presses('[data-testid=phones] summary');
  await clinician.counts({ kind: '[data-testid=phones] li' }, 2);
  // The phones are in the order in which they joined.
  await clinician.presses('[data-testid=phones] li:first-child button');
  await clinician.taps(/^Remove$/);
  await clinician.reads('Removed');
  await nurse.taps('Send without details');
  await nurse.reads('This phone was removed');
  await other.sendsPhotos(await photos(1));
  await clinician.hasPhotos(1);
  expect(stack.output()).not.toMatch(/panic/);
  await other.close();
});

test.describe('where the desktop admits each phone', () => {
  test.slow();

  test('the right number lets that phone in; three wrong ones invalidate the code', async ({ browser }) => {
    const stack = await startStack({ PAIRING: 'ask' });
    try {
      const desktop = await Desktop.open(browser, stack, PATIENT);
      const link = await desktop.showsCode();
      const right = await Phone.scan(browser, link);
      const wrong = await Phone.scan(browser, link);
      const numberOf = async (phone: Phone) => {
        await expect(phone.screen('waiting')).toBeVisible();
        return /\d\d/.exec((await phone.page.locator('.join-number').textContent()) ?? '')?.[0] ?? '';
      };
      const numbers = [await numberOf(right), await numberOf(wrong)];
      expect(numbers[0]).not.toBe(numbers[1]);
      const type = async (number: string) => {
        await desktop.page.getByLabel('Number on the phone').fill(number);
        await desktop.button('Let it join').click();
      };
      await type(numbers[0] ?? '');
      await expect(right.button('Gallery')).toBeEnabled();
      await expect(wrong.screen('waiting')).toBeVisible();
      for (let tries = 0; tries < 3; tries++) {
        const refused = desktop.page.waitForResponse(
          (response) => response.request().method() === 'POST' && response.url().endsWith('/phones'),
        );
        await type('00');
        expect((await refused).status()).toBe(404);
      }
      await expect(desktop.page.getByText('the code no longer works')).toBeVisible();
      await expect(wrong.page.getByText('This phone was not admitted')).toBeVisible();
      for (const phone of [right, wrong]) await phone.close();
      await desktop.page.context().close();
    } finally {
      await stack.stop();
    }
  });
});
