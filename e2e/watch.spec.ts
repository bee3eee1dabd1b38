/** `make watch`: the product from its sources. */

import { Desktop } from '../harness/people/desktop.ts';
import { Phone } from '../harness/people/phone.ts';
import { makePhotos } from '../harness/photos/photos.ts';
import { startStack } from '../harness/stack/stack.ts';
import { expect, test } from '@playwright/test';

test('a photo goes from the phone to the desktop, both served from their sources', async ({ browser }, info) => {
  const stack = await startStack({}, 'watch');
  try {
    const page = await fetch(`${stack.edge}/mobile`);
    expect(await page.text()).toContain('/@vite/client');
    const desktop = await Desktop.open(
      browser,
      { ...stack, practice: `http://127.0.0.1:${stack.port + 11}` },
      'enc-1001',
    );
    const phone = await Phone.scan(browser, await desktop.showsCode());
    await phone.sendsPhotos(await makePhotos(desktop.page, info.outputDir, [811]));
    await expect(desktop.painted).toHaveCount(1, { timeout: 30_000 });
    await Promise.all([desktop.close(), phone.close()]);
  } finally {
    await stack.stop();
  }
});
