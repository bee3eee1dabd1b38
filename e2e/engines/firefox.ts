import { launch } from 'puppeteer-core';
import { STEP_LIMIT_MS, VIEWPORT, type Engine } from './engine';

/** Firefox over WebDriver BiDi, with a profile of its own that goes with it. */
export async function launchFirefox(executablePath: string): Promise<Engine> {
  const browser = await launch({ browser: 'firefox', executablePath, defaultViewport: VIEWPORT });
  const page = await browser.newPage();
  const locate = (xpath: string, limitMs = STEP_LIMIT_MS) => page.locator(`::-p-xpath(${xpath})`).setTimeout(limitMs);
  return {
    open: async (url) => void (await page.goto(url)),
    press: (xpath) => locate(xpath).click(),
    choose: async (xpath, files) => {
      const input = await locate(xpath).setVisibility(null).waitHandle();
      await (await input.toElement('input')).uploadFile(...files);
    },
    see: (xpath, limitMs) => locate(xpath, limitMs).setVisibility('visible').wait().then(() => undefined),
    screenshot: async () => Buffer.from(await page.screenshot()),
    close: () => browser.close(),
  };
}
