import { launch, Puppeteer, type Browser, type BrowserContext } from 'puppeteer-core';
import { callOf, STEP_LIMIT_MS, type Driver, type Launch } from './driver.ts';
import { encode, find, type Sight } from './sight.ts';

/** Firefox over WebDriver BiDi, with its own profile, which is deleted at the end. */
export async function launchFirefox(executablePath: string, options: Launch): Promise<Driver> {
  const firefoxes = new Firefoxes();
  const driver = await firefoxes.open(executablePath, options);
  return { ...driver, close: () => firefoxes.close() };
}

/** Firefoxes that are kept, one for each set of preferences: to start one takes longer than many a test. */
export class Firefoxes {
  readonly #running = new Map<string, Promise<Browser>>();

  /** Opens a page with its own cookies, storage and proxy. */
  async open(executablePath: string, options: Launch): Promise<Driver> {
    const { proxy, viewport } = options;
    const browser = await this.#start(executablePath, options);
    const context = await browser.createBrowserContext(proxy ? { proxyServer: `${proxy.host}:${proxy.port}` } : {});
    return drive(context, viewport);
  }

  async close(): Promise<void> {
    for (const browser of this.#running.values()) await (await browser).close();
    this.#running.clear();
  }

  #start(executablePath: string, { scheme, webAssembly = true, fakeCamera }: Launch): Promise<Browser> {
    const preferences = {
      'javascript.options.wasm': webAssembly,
      'layout.css.prefers-color-scheme.content-override': scheme === 'dark' ? 0 : 1,
      'network.proxy.allow_hijacking_localhost': true,
      ...(fakeCamera ? { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true } : {}),
    };
    const key = JSON.stringify(preferences);
    const known = this.#running.get(key);
    if (known) return known;
    const started = launch({
      browser: 'firefox',
      executablePath,
      acceptInsecureCerts: true,
      extraPrefsFirefox: preferences,
    });
    this.#running.set(key, started);
    return started;
  }
}

async function drive(context: BrowserContext, viewport: Launch['viewport']): Promise<Driver> {
  registerSights();
  const page = await context.newPage();
  await page.setViewport(viewport);
  const selector = (sight: Sight): string => `::-p-sight(${encode(sight)})`;
  const locate = (sight: Sight) => page.locator(selector(sight)).setTimeout(STEP_LIMIT_MS);
  return {
    open: async (url) => void (await page.goto(url)),
    look: (sight) => page.$$eval(selector(sight), (found) => found.map((element) => element.textContent.trim())),
    press: (sight) => locate(sight).click(),
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
    close: () => context.close(),
  };
}

function registerSights(): void {
  if (Puppeteer.customQueryHandlerNames().includes('sight')) return;
  // They are sent to the page as text, and so can hold nothing of here.
  const finder = find.toString();
  Puppeteer.registerCustomQueryHandler('sight', {
    queryOne: new Function('_', 'encoded', `return (${finder})(encoded)[0] ?? null`) as (
      node: Node,
      encoded: string,
    ) => Node | null,
    queryAll: new Function('_', 'encoded', `return (${finder})(encoded)`) as (node: Node, encoded: string) => Node[],
  });
}
