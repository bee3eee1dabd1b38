import { selectors, type Browser, type Page } from '@playwright/test';
import { callOf, STEP_LIMIT_MS, type Driver, type Launch } from './driver.ts';
import { encode, find, type Sight } from './sight.ts';

/** Opens a page in Playwright's Chromium. A narrow page is a phone with touch. */
export async function launchChromium(browser: Browser, launch: Launch): Promise<Driver> {
  const { viewport, proxy, scheme = 'light', webAssembly = true, fakeCamera = false } = launch;
  const mobile = viewport.width < viewport.height;
  const context = await browser.newContext({
    viewport,
    isMobile: mobile,
    hasTouch: mobile,
    colorScheme: scheme,
    ignoreHTTPSErrors: true,
    permissions: fakeCamera ? ['camera'] : [],
    ...(proxy ? { proxy: { server: `http://${proxy.host}:${proxy.port}` } } : {}),
  });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  if (!webAssembly) await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  return drive(await context.newPage(), mobile);
}

/** Drives a page of Playwright's Chromium by finger or by mouse. */
export function drive(page: Page, touch: boolean): Driver {
  const all = async (sight: Sight) => {
    await registerSights();
    return page.locator(`sight=${encode(sight)}`);
  };
  const one = async (sight: Sight) => (await all(sight)).first();
  return {
    open: async (url) => void (await page.goto(url)),
    look: async (sight) =>
      (await all(sight)).evaluateAll((found) => found.map((element) => element.textContent.trim())),
    press: async (sight) => {
      const element = await one(sight);
      await (touch ? element.tap() : element.click());
    },
    type: async (sight, text) => (await one(sight)).fill(text),
    pick: async (sight, option) => void (await (await one(sight)).selectOption({ label: option })),
    choose: (selector, files) => page.locator(selector).setInputFiles(files),
    run: (does, argument) => page.evaluate(callOf(does, argument)),
    screenshot: () => page.screenshot(),
    close: () => page.context().close(),
  };
}

let registered: Promise<void> | undefined;

/** Registers a selector engine for sights, once for each process. */
function registerSights(): Promise<void> {
  // The functions are sent to the page as text, so they cannot use this module's scope.
  registered ??= selectors.register(
    'sight',
    `({
    queryAll(_, encoded) { return (${find.toString()})(encoded); },
    query(_, encoded) { return this.queryAll(_, encoded)[0] ?? null; },
  })`,
  );
  return registered;
}
