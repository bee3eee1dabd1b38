import { launch, Puppeteer, TimeoutError, type Locator } from 'puppeteer-core';
import { callOf, STEP_LIMIT_MS, type Driver, type Launch } from './driver.ts';
import { encode, find, type Sight } from './sight.ts';

/** Firefox over WebDriver BiDi, with its own profile, which is deleted at the end. */
export async function launchFirefox(executablePath: string, options: Launch): Promise<Driver> {
  const { viewport, proxy, scheme = 'light', webAssembly = true, fakeCamera = false } = options;
  registerSights();
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    defaultViewport: viewport,
    acceptInsecureCerts: true,
    extraPrefsFirefox: {
      'javascript.options.wasm': webAssembly,
      'layout.css.prefers-color-scheme.content-override': scheme === 'dark' ? 0 : 1,
      ...(proxy ? through(proxy) : {}),
      ...(fakeCamera ? { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true } : {}),
    },
  });
  const page = await browser.newPage();
  const selector = (sight: Sight): string => `::-p-sight(${encode(sight)})`;
  const locate = (sight: Sight) => page.locator(selector(sight)).setTimeout(STEP_LIMIT_MS);
  return {
    open: async (url) => void (await page.goto(url)),
    look: (sight) => page.$$eval(selector(sight), (found) => found.map((element) => element.textContent.trim())),
    press: (sight) => click(() => locate(sight)),
    type: (sight, text) => locate(sight).fill(text),
    pick: async (sight, option) => {
      const list = await (await locate(sight).waitHandle()).toElement('select');
      await list.select(
        await list.evaluate(
          (element, label) => [...element.options].find(({ text }) => text === label)?.value ?? '',
          option,
        ),
      );
    },
    choose: async (css, files) => {
      const input = await page.locator(css).setVisibility(null).setTimeout(STEP_LIMIT_MS).waitHandle();
      await (await input.toElement('input')).uploadFile(...files);
    },
    run: async (does, argument) => (await page.evaluate(callOf(does, argument))) as Awaited<ReturnType<typeof does>>,
    screenshot: async () => Buffer.from(await page.screenshot()),
    close: () => browser.close(),
  };
}

const TRIES = 3;

/**
 * Clicks as soon as the element is at rest. On a busy machine the wait for that sometimes gets no response; nothing has
 * been clicked then, and a new wait ends at once.
 */
async function click(locate: () => Locator<Element>): Promise<void> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await locate()
        .setTimeout(STEP_LIMIT_MS / TRIES)
        .click();
    } catch (error) {
      if (left === 0 || !(error instanceof TimeoutError)) throw error;
    }
  }
}

function through({ host, port }: NonNullable<Launch['proxy']>): Record<string, string | number | boolean> {
  return {
    'network.proxy.type': 1,
    'network.proxy.http': host,
    'network.proxy.http_port': port,
    'network.proxy.ssl': host,
    'network.proxy.ssl_port': port,
    'network.proxy.allow_hijacking_localhost': true,
    'network.proxy.no_proxies_on': '',
  };
}

function registerSights(): void {
  if (Puppeteer.customQueryHandlerNames().includes('sight')) return;
  // They are sent to the page as text, so they cannot use this module's scope.
  const finder = find.toString();
  Puppeteer.registerCustomQueryHandler('sight', {
    queryOne: new Function('_', 'encoded', `return (${finder})(encoded)[0] ?? null`) as (
      node: Node,
      encoded: string,
    ) => Node | null,
    queryAll: new Function('_', 'encoded', `return (${finder})(encoded)`) as (node: Node, encoded: string) => Node[],
  });
}
