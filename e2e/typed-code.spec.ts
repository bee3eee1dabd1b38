/** A phone whose camera cannot scan joins with a typed code. */

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expireKeys } from '../harness/faults/faults.ts';
import { Desktop } from '../harness/people/desktop.ts';
import { Phone } from '../harness/people/phone.ts';
import { makePhoto } from '../harness/photos/photos.ts';
import { Session } from '../harness/people/practice.ts';
import { redis } from '../harness/stack/redis.ts';
import { expect, test } from '../harness/test.ts';

const ENCOUNTER = 'enc-1001';

/** As people type it: in lower case, with a space. */
const asTyped = (code: string): string => code.toLowerCase().replace('-', ' ');

async function type({ page }: Phone, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Code from the desktop' }).fill(text);
  await page.getByRole('button', { name: 'Open' }).tap();
}

/** The message next to the field, which a screen reader announces with the field. */
const complaint = ({ page }: Phone) => page.locator('#code-error');

test('the code on the desktop, typed into the page that it names, lets the phone in; a photo arrives', async ({
  browser,
  stack,
}, info) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  await desktop.codeButton.click();
  const code = await desktop.typedCode();
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  await expect(desktop.page.getByText(`Open ${stack.edge}/mobile on the phone`)).toBeVisible();

  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  const addresses: string[] = [];
  phone.page.on('request', (request) => addresses.push(request.url()));
  await type(phone, asTyped(code));
  await expect(phone.screen('capture')).toBeVisible();
  await expect(desktop.status).toHaveAttribute('data-phone', 'connected');
  expect(addresses.filter((url) => url.toLowerCase().includes(code.slice(0, 4).toLowerCase()))).toEqual([]);

  await phone.page.reload();
  await expect(phone.screen('capture')).toBeVisible();
  await phone.sendsPhotos([
    await makePhoto(desktop.page, info.outputDir, 'typed.jpg', { width: 840, height: 600, orientation: 1 }),
  ]);
  await expect(desktop.painted).toHaveCount(1);
  await Promise.all([desktop.close(), phone.close()]);
});

test('a new code on the desktop invalidates the earlier one, and ending the session invalidates both', async ({
  browser,
  stack,
}) => {
  const desktop = await Desktop.open(browser, stack, ENCOUNTER);
  await desktop.codeButton.click();
  const earlier = await desktop.typedCode();
  await desktop.button('New code').click();
  await expect.poll(() => desktop.typedCode()).not.toBe(earlier);
  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  await type(phone, earlier);
  await expect(complaint(phone)).toContainText('This code does not work.');
  await type(phone, await desktop.typedCode());
  await expect(phone.screen('capture')).toBeVisible();
  await expireKeys(stack, `encounter:${ENCOUNTER}`);
  await desktop.page.evaluate(() => dispatchEvent(new Event('focus')));
  await expect(desktop.page.getByTestId('over')).toBeVisible();
  await expect(desktop.page.getByTestId('typed-code')).toBeHidden();
  await Promise.all([desktop.close(), phone.close()]);
});

for (const { what, spoil, says } of [
  {
    what: 'one letter is wrong',
    spoil: (code: string) => code.slice(0, -1) + (code.endsWith('2') ? '3' : '2'),
    says: 'This code does not work. Compare it with the desktop, or show a new one there.',
  },
  { what: 'a letter is missing', spoil: (code: string) => code.slice(1), says: 'A code has 8 letters and digits.' },
  { what: 'nothing is typed', spoil: () => '', says: 'A code has 8 letters and digits.' },
]) {
  test(`${what}: the field reports it and keeps the code for correction`, async ({ browser, stack }) => {
    const session = await Session.open(stack);
    const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
    const field = phone.page.getByRole('textbox');
    await type(phone, spoil(session.typedCode));
    await expect(complaint(phone)).toContainText(says);
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(spoil(session.typedCode));
    await expect(field).toHaveAccessibleDescription(new RegExp(says));
    await type(phone, session.typedCode);
    await expect(phone.screen('capture')).toBeVisible();
    await phone.close();
  });
}

test('a code that has expired', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  await expireKeys(stack, 'code:*');
  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  await type(phone, session.typedCode);
  await expect(complaint(phone)).toContainText('show a new one there');
  await phone.close();
});

test('an expired link offers the field too', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, `${stack.edge}/mobile#t=${'A'.repeat(22)}`);
  await expect(phone.trouble).toContainText('Show a new code on the desktop');
  await type(phone, asTyped(session.typedCode));
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

for (const { how, enter } of [
  { how: 'typed', enter: (phone: Phone, { typedCode }: Session) => type(phone, asTyped(typedCode)) },
  { how: 'scanned', enter: (phone: Phone, { url }: Session) => phone.page.goto(url) },
]) {
  test(`the code of another patient, ${how} while the first one is open`, async ({ browser, stack }) => {
    const [first, second] = [await Session.open(stack), await Session.open(stack, 'Tobias Wren, 02.11.1988')];
    const phone = await Phone.scan(browser, first.url);
    const whose = phone.page.locator('.patient-bar');
    await phone.button('Another patient').tap();
    await phone.button(/^Back to/).tap();
    await expect(whose).toContainText(first.patientLabel);
    await phone.button('Another patient').tap();
    await enter(phone, second);
    await expect(whose).toContainText('Tobias Wren');
    await phone.page.reload();
    await expect(phone.screen('capture')).toBeVisible();
    await expect(whose).toContainText('Tobias Wren');
    await phone.close();
  });
}

test('after too many wrong codes all are refused, and scanning still works', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  await redis(stack, 'SET', 'codes:wrong', '100', 'PX', '60000');
  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  await type(phone, session.typedCode);
  await expect(complaint(phone)).toContainText('Wait a minute, then try again.');
  await phone.page.goto(session.url);
  await expect(phone.screen('capture')).toBeVisible();
  await redis(stack, 'DEL', 'codes:wrong');
  await phone.close();
});

test('a missing response is reported at the field', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, `${stack.edge}/mobile`);
  await phone.page.route('**/session/token', (route) => route.abort(), { times: 1 });
  await type(phone, session.typedCode);
  await expect(complaint(phone)).toContainText('The server could not be reached.');
  await phone.page.getByRole('button', { name: 'Open' }).tap();
  await expect(phone.screen('capture')).toBeVisible();
  await phone.close();
});

for (const width of [320, 1280]) {
  test(`axe finds nothing in the widget's code at ${width} px, light or dark`, async ({ browser, stack }, info) => {
    const desktop = await Desktop.open(browser, stack, ENCOUNTER, { viewport: { width, height: 860 } });
    await desktop.codeButton.click();
    await expect(desktop.page.getByTestId('typed-code')).toBeVisible();
    for (const colorScheme of ['light', 'dark'] as const) {
      await desktop.page.emulateMedia({ colorScheme });
      await desktop.page.screenshot({ path: info.outputPath(`code-${width}-${colorScheme}.png`) });
      expect(await violations(desktop.page)).toEqual([]);
    }
    await desktop.close();
  });
}

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include('photobridge-widget').analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
