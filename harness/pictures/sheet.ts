import { readFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';

export interface Shot {
  /** A PNG file. */
  path: string;
  caption: string;
  /** Its width on the page, in CSS pixels. */
  width: number;
}

/** Returns one PNG that shows the shots side by side, row by row. */
export async function contactSheet(browser: Browser, rows: readonly (readonly Shot[])[]): Promise<Buffer> {
  const figure = ({ path, caption, width }: Shot): string =>
    `<figure><img width="${width}" src="data:image/png;base64,${readFileSync(path).toString('base64')}">` +
    `<figcaption>${caption}</figcaption></figure>`;
  const style = `
    body { margin: 0; width: max-content; padding: 16px; background: #8a9797; color: #10262a }
  body { font: 600 13px system-ui, sans-serif }
    div { display: flex; gap: 14px; margin-block-end: 14px }
    figure { margin: 0 } img { display: block; border-radius: 10px } figcaption { padding: 5px 2px 0 }`;
  const page = await browser.newPage({ viewport: { width: 320, height: 240 } });
  await page.setContent(
    `<style>${style}</style>${rows.map((row) => `<div>${row.map(figure).join('')}</div>`).join('')}`,
  );
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  const png = await page.locator('body').screenshot();
  await page.close();
  return png;
}
