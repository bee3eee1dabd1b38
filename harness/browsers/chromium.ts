import { selectors, type Browser } from '@playwright/test';
import { STEP_LIMIT_MS, type Driver, type Launch } from './driver.ts';
import { encode, find, type Sight } from './sight.ts';

/** Playwright's Chromium; a narrow page is a phone's, with touch. */
export async function launchChromium(browser: Browser, { viewport, proxy }: Launch): Promise<Driver> {
  const mobile = viewport.width < viewport.height;
  const context = await browser.newContext({
    viewport,
    isMobile: mobile,
    hasTouch: mobile,
    colorScheme: 'light',
    ignoreHTTPSErrors: true,
    ...(proxy ? { proxy: { server: `http://${proxy.host}:${proxy.port}` } } : {}),
  });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  const page = await context.newPage();
  const locate = (sight: Sight) => page.locator(`sight=${encode(sight)}`).first();
  return {
    open: async (url) => void (await page.goto(url)),
    look: (sight) =>
      page.locator(`sight=${encode(sight)}`).evaluateAll((found) => found.map((element) => element.textContent.trim())),
    press: (sight) => (mobile ? locate(sight).tap() : locate(sight).click()),
    type: (sight, text) => locate(sight).fill(text),
    pick: async (sight, option) => void (await locate(sight).selectOption({ label: option })),
    choose: (selector, files) => page.locator(selector).setInputFiles(files),
    screenshot: () => page.screenshot(),
    close: () => context.close(),
  };
}

let registered: Promise<void> | undefined;

/** Once for each process, before the first page. */
export function registerSights(): Promise<void> {
  // They are sent to the page as text, and so can hold nothing of here.
  registered ??= selectors.register(
    'sight',
    `({
    queryAll(_, encoded) { return (${find.toString()})(encoded); },
    query(_, encoded) { return this.queryAll(_, encoded)[0] ?? null; },
  })`,
  );
  return registered;
}
