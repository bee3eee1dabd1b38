/** The phone page's main path in the engines that Playwright's Chromium does not stand for. */

import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Engine } from './engines/engine';
import { launchFirefox } from './engines/firefox';
import { launchWebKit } from './engines/webkit';
import { makePhoto, type Orientation } from './support/photos';
import { Session } from './support/session';
import { expectStored, expectUpright, MAX_IMAGE_BYTES } from './support/stored';
import { expect, test as base } from './support/test';

const ENGINES = { firefox: launchFirefox, webkit: launchWebKit } as const;
const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const SENT_LIMIT_MS = 60_000;

const finder = fileURLToPath(new URL('../scripts/engines.sh', import.meta.url));
const button = (name: string): string => `//button[normalize-space()="${name}"]`;
const heading = (text: string): string => `//h1[normalize-space()="${text}"]`;
const gallery = '//input[@data-source="gallery"]';

for (const [name, launch] of Object.entries(ENGINES)) {
  const found = spawnSync(finder, ['find', name], { encoding: 'utf8' });

  const test = base.extend<{ engine: Engine }>({
    engine: async ({}, use, info) => {
      const engine = await launch(found.stdout.trim());
      try {
        await use(engine);
        writeFileSync(info.outputPath('last-screen.png'), await engine.screenshot());
      } finally {
        await engine.close();
      }
    },
  });

  test.describe(name, () => {
    test.skip(found.status !== 0, found.stderr.trim());

    test('two photos, one of them described, from the code to the receipt', async ({ engine, page, stack }, info) => {
      const files = [
        await makePhoto(page, info.outputDir, 'turned.jpg', { width: 4032, height: 3024, orientation: 6 }),
        await makePhoto(page, info.outputDir, 'upright.jpg', { width: 3264, height: 2448, orientation: 1 }),
      ];
      for (const file of files) expect(statSync(file).size).toBeGreaterThan(2 * MAX_IMAGE_BYTES);
      const session = await Session.open(stack);

      await engine.open(session.url);
      await engine.see(button('Gallery'));
      await engine.choose(gallery, files);
      await engine.press(button('Add details'));
      await engine.press('//button[@data-choice="laterality"][normalize-space()="Left"]');
      await engine.press(button('All sites'));
      await engine.press(button('Forearm'));
      await engine.press(button('Next'));
      await engine.press(button('Send 2 photos'));
      await engine.see(heading('2 photos are on the desktop'), SENT_LIMIT_MS);
      await engine.see('//*[@class="receipt"]');

      const said = (await session.images()).map(({ metadata: { laterality, bodySite } }) => [laterality, bodySite]);
      expect(said).toHaveLength(2);
      expect(said).toEqual(expect.arrayContaining([['left', 'forearm'], [undefined, undefined]]));
      expectUpright(await expectStored(page, stack, session.encounterId, 2), 1);
    });

    test('every EXIF orientation arrives upright', async ({ engine, page, stack }, info) => {
      const files = [];
      for (const orientation of ORIENTATIONS) {
        files.push(await makePhoto(page, info.outputDir, `${orientation}.jpg`, { width: 640, height: 480, orientation }));
      }
      const session = await Session.open(stack);

      await engine.open(session.url);
      await engine.see(button('Gallery'));
      await engine.choose(gallery, files);
      await engine.press(button('Send without details'));
      await engine.see(heading('8 photos are on the desktop'), SENT_LIMIT_MS);

      expectUpright(await expectStored(page, stack, session.encounterId, 8), 4);
    });
  });
}
