import { Link } from '../../harness/faults/link.ts';
import { Phone } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { expect, test } from '../../harness/test.ts';

/** A file that Chromium cannot read, so the page's own decoder is tried. It contains no picture. */
const HEIC = {
  name: 'photo.heic',
  mimeType: 'image/heic',
  buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
};
const SLOW = { upBitsPerSecond: 1_500_000, downBitsPerSecond: 5_000_000, rttMs: 165 };

test('the page says how far the decoder of a HEIC photo has come on a slow link', async ({ browser, stack }) => {
  const link = await Link.open(SLOW);
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, { proxy: link.proxy });
  const seen: number[] = [];
  await phone.page.exposeFunction('saw', (text: string) => {
    const share = /^Loading converter: (\d+)\s?%$/.exec(text)?.[1];
    if (share !== undefined && seen.at(-1) !== Number(share)) seen.push(Number(share));
  });
  await phone.page.evaluate(() => {
    const { saw } = window as unknown as { saw(text: string): void };
    new MutationObserver(() => saw(document.querySelector('.summary')?.textContent ?? '')).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  await phone.choosesPhotos([HEIC]);
  await expect(phone.page.locator('.tile-problem')).toBeVisible({ timeout: 60_000 });
  expect(seen.length).toBeGreaterThan(3);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(link.asked.filter(({ what }) => /libheif.*\.wasm$/.test(what))).toHaveLength(1);
  await phone.close();
  await link.close();
});
