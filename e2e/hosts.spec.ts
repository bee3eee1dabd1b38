/** The widget's package in host apps, as npm installs its tarball (`make hosts`): a photo arrives and is kept. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Page, Route } from '@playwright/test';
import { DESKTOP } from '../harness/people/desktop.ts';
import { Uploader } from '../harness/people/uploader.ts';
import { readQR } from '../harness/browsers/qr.ts';
import { makePhotos } from '../harness/photos/photos.ts';
import { expect, test } from '../harness/test.ts';

const HOSTS = join(import.meta.dirname, 'hosts');
const BUILT = join(import.meta.dirname, '../build/hosts');
const PACKAGE = join(HOSTS, 'node_modules/photobridge-widget');
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The plain page, with the integrity value that the package's README shows. */
function plain(name: string): Buffer | string {
  if (name !== 'index.html') return readFileSync(join(PACKAGE, name));
  const [integrity = ''] = /sha384-[\w+/=]+/.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8')) ?? [];
  return readFileSync(join(HOSTS, 'plain/index.html'), 'utf8').replace('{INTEGRITY}', integrity);
}

/** Serves the files of an app. */
function serve(read: (name: string) => Buffer | string): (route: Route) => Promise<void> {
  return (route) => {
    const name = new URL(route.request().url()).pathname.replace(/^\/\w+\//, '') || 'index.html';
    return route.fulfill({ contentType: TYPES[extname(name)] ?? 'application/octet-stream', body: read(name) });
  };
}

/** Forwards requests to another server, which the page uses as its practice's server. */
const pass =
  (origin: string) =>
  async (route: Route): Promise<void> => {
    const { pathname, search } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: `${origin}${pathname}${search}` }) });
  };

/** Runs `next start` on a free port. */
async function startNext(): Promise<{ origin: string; stop(): Promise<void> }> {
  const bin = join(HOSTS, 'node_modules/next/dist/bin/next');
  const options = ['start', join(HOSTS, 'next'), '--port', '0', '--hostname', '127.0.0.1'];
  const server = spawn(process.execPath, [bin, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    server.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      const [, local] = /Local:\s+(http\S+)[\s\S]*Ready/.exec(output) ?? [];
      if (local) resolve(local);
    });
    void ended.then(() => reject(new Error(`next start has ended: ${output}`)));
  });
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  return { origin, stop };
}

/** A photo comes from a phone and goes to the host. */
async function use(page: Page, stack: Parameters<typeof Uploader.scan>[0], folder: string): Promise<void> {
  await page.getByTestId('show-code').click();
  await expect(page.getByTestId('qr')).toBeVisible();
  const uploader = await Uploader.scan(stack, readQR(await page.screenshot()) ?? '');
  const [photo = ''] = await makePhotos(page, folder, [800]);
  const metadata = { bodySite: 'hand', laterality: 'left' } as const;
  await uploader.upload(readFileSync(photo), { width: 800, height: 600, metadata });
  await expect(page.locator('[data-image-id] img')).toHaveCount(1);
  await page.getByRole('button', { name: 'Add 1 photo to the record' }).click();
  await expect(page.locator('output')).toHaveText('1 in the record');
  await expect(page.getByText('All photos are in the record.')).toBeVisible();
}

for (const name of ['React', 'Vue', 'Plain', 'Next.js']) {
  test(`the widget in an app of others: ${name}`, async ({ browser, stack }, info) => {
    const path = name === 'Next.js' ? 'next' : name.toLowerCase();
    const next = path === 'next' ? await startNext() : undefined;
    const context = await browser.newContext({ ...DESKTOP });
    // Pages that a test makes up have no address, so Chromium considers this machine a foreign network.
    await context.grantPermissions(['local-network-access']);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    const app = (file: string): Buffer => readFileSync(join(BUILT, path, file));
    await page.route(`${stack.practice}/${path}**`, next ? pass(next.origin) : serve(path === 'plain' ? plain : app));
    const address = `${next ? '/next' : `/${path}/`}?edge=${encodeURIComponent(stack.edge)}`;
    if (next)
      expect(await (await fetch(`${next.origin}${address}`)).text()).toContain(
        `<photobridge-widget api-base="${stack.edge}"`,
      );
    await page.goto(`${stack.practice}${address}`);
    await use(page, stack, info.outputDir);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
    await context.close();
    await next?.stop();
  });
}
