/** Every screen for everybody: axe, keyboard, large text, right to left, no motion. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { PATIENT } from '../../harness/people/practice.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import { expect, test } from '../../harness/test.ts';
import { walk } from '../../harness/people/walk.ts';

const folder = fileURLToPath(new URL('../out/screens', import.meta.url));
/** Small photos, because this is about the screens. */
const SMALL = { width: 900, height: 1200 };
/** The rules whose result depends on colours, which are all that a scheme changes. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test.beforeAll(() => mkdirSync(folder, { recursive: true }));

test('axe finds nothing on any screen, light or dark, and nothing moves where that is not wanted', async ({
  browser,
  page,
  stack,
}, info) => {
  test.slow();
  const photos = await makeSkins(page, info.outputDir, 5, SMALL);
  await walk(browser, stack, photos, { reducedMotion: 'reduce' }, async (phone, name) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await phone.page.emulateMedia({ colorScheme });
      const axe = new AxeBuilder({ page: phone.page });
      if (colorScheme === 'light') axe.withTags(WCAG);
      else axe.withRules(COLOUR_RULES);
      const { violations } = await axe.analyze();
      const found = violations.map(
        ({ id, nodes }) =>
          `${id}: ` +
          `${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`).join('\n')}`,
      );
      expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
    }
    expect.soft(await phone.page.evaluate(() => document.getAnimations().length), `animations on ${name}`).toBe(0);
  });
});

test('with a keyboard, what has the focus is behind no bar, forwards or backwards', async ({
  browser,
  page,
  stack,
}, info) => {
  const photos = await makeSkins(page, info.outputDir, 5, SMALL);
  let seen = 0;
  test.slow(); // it is some thousand keys
  const sizes = [
    { width: 568, height: 320 },
    { width: 320, height: 568 },
  ];
  await walk(browser, stack, photos, { reducedMotion: 'reduce' }, async ({ page }, name) => {
    for (const [size, key] of sizes.flatMap(
      (size) =>
        [
          [size, 'Tab'],
          [size, 'Shift+Tab'],
        ] as const,
    )) {
      await page.setViewportSize(size);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (let steps = 0; steps < 60; steps++) {
        await page.keyboard.press(key);
        const focus = await page.evaluate(focused);
        if (focus === null) break;
        seen++;
        // In a text field, the browser scrolls to the caret
        expect.soft(focus.covered, `${name}, ${size.width} px, ${key}: ${focus.what}`).toBeLessThan(0.25);
      }
    }
  });
  expect(seen).toBeGreaterThan(100);
});

test('right to left: all is in the language, and nothing is too wide', async ({ browser, page, stack }, info) => {
  const photos = await makeSkins(page, info.outputDir, 5, SMALL);
  await walk(browser, stack, photos, { lang: 'ar-XB' }, async (phone, name) => {
    await phone.page.screenshot({ path: join(folder, `${name}-rtl.png`) });
    expect(await phone.page.evaluate(() => document.documentElement.dir)).toBe('rtl');
    expect.soft(await hardWired(phone.page), name).toEqual([]);
    expect.soft(await tooWide(phone.page), name).toEqual([]);
  });
});

test('a third longer and twice as large: nothing is cut off', async ({ browser, page, stack }, info) => {
  const photos = await makeSkins(page, info.outputDir, 5, SMALL);
  const prepared = new WeakSet<Page>();
  await walk(browser, stack, photos, { lang: 'en-XA' }, async (phone, name) => {
    if (!prepared.has(phone.page)) {
      prepared.add(phone.page);
      // The browser's own text size, as a person sets it.
      const devtools = await phone.page.context().newCDPSession(phone.page);
      await devtools.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
    }
    await phone.page.screenshot({ path: join(folder, `${name}-large.png`) });
    expect.soft(await hardWired(phone.page), name).toEqual([]);
    expect.soft(await tooWide(phone.page), name).toEqual([]);
  });
});

/** Runs in the page: returns the focused element and the share of it that a bar covers, or null. */
function focused(): { what: string; covered: number } | null {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const what = `${element.tagName} ${element.className} ${element.getAttribute('aria-label') ?? element.textContent}`;
  const inFlow = element.closest('.content') !== null; // and not in a bar or above all, in a sheet
  const { top, bottom, height } = element.getBoundingClientRect();
  const above = document.querySelector('.patient-bar')?.getBoundingClientRect().bottom ?? 0;
  const actions = document.querySelector('.actions')?.getBoundingClientRect();
  // Otherwise it is at the side
  const below = actions && actions.left < innerWidth / 2 ? Math.min(actions.top, innerHeight) : innerHeight;
  return { what, covered: inFlow ? Math.max(0, above - top, bottom - below) / height : 0 };
}

/** Returns visible or announced words that are in no catalogue. Texts of the pseudo-languages are in brackets. */
function hardWired(page: Page): Promise<string[]> {
  return page.evaluate((patient) => {
    const texts: string[] = [];
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (!node.parentElement?.closest('bdi, noscript, script')) texts.push(node.textContent ?? '');
    }
    for (const element of document.body.querySelectorAll('[aria-label], [placeholder], [alt], [title]')) {
      for (const name of ['aria-label', 'placeholder', 'alt', 'title']) texts.push(element.getAttribute(name) ?? '');
    }
    // Units and times come from the browser, in its language.
    return texts.filter((text) => !text.includes('⟦') && /[a-z]{3}/i.test(text.replace(patient, '')));
  }, PATIENT);
}

/** Returns what would make a phone zoom out, and texts that do not fit their box. */
async function tooWide(page: Page): Promise<string[]> {
  // A page that slides in starts beyond the edge.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
  return page.evaluate(() => {
    const found = innerWidth > screen.width ? [`the page, ${innerWidth} px`] : [];
    for (const element of document.body.querySelectorAll<HTMLElement>(
      'button, p, h1, h2, h3, li, dt, dd, legend, label, span',
    )) {
      if (element.closest('.sr, .ring') || element.clientWidth === 0) continue;
      const { overflowX } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const cut = element.scrollWidth > element.clientWidth + 1 && overflowX !== 'visible';
      if (cut || box.right > innerWidth + 1 || box.left < -1)
        found.push(`${element.tagName} ${element.className}: ${element.textContent}`);
    }
    return found;
  });
}
