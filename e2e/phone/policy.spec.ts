/** What the page may load and connect to, and that it needs no more. */

import type { BrowserContext } from '@playwright/test';
import { Phone } from '../../harness/people/phone.ts';
import { Session } from '../../harness/people/practice.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import { expect, test } from '../../harness/test.ts';
import { walk } from '../../harness/people/walk.ts';

declare global {
  interface Window {
    /** The directives that were violated, as the page reports them. */
    violations: string[];
  }
}

/** Listens from the first byte in every page of the context. */
async function watch(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      window.violations.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
}

test('every file comes with the policy, and the widget alone may be used by other origins', async ({ stack }) => {
  const page = await fetch(`${stack.edge}/mobile`);
  const [worker] = /\/assets\/mobile-[\w-]+\.js/.exec(await page.text()) ?? [];
  for (const path of ['/mobile', '/sw.js', worker ?? 'missing', '/widget.js']) {
    const { headers } = await fetch(`${stack.edge}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toMatch(/^default-src 'none'; /);
    expect(policy, path).toMatch(/; connect-src 'self' http:\/\/[^ ;]+:\* https:\/\/[^ ;]+:\*;/);
    expect(policy, path).not.toContain('unsafe-inline');
    expect(policy, path).not.toMatch(/'unsafe-eval'/);
    expect(headers.get('permissions-policy'), path).toContain('camera=(self)');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy'), path).toBe(
      path === '/widget.js' ? 'cross-origin' : 'same-origin',
    );
  }
  expect((await fetch(`${stack.edge}/widget.js`)).headers.get('access-control-allow-origin')).toBe('*');
  // Any page may frame the engine. Otherwise it has its own policy.
  const frame = (await fetch(`${stack.edge}/frame`)).headers.get('content-security-policy') ?? '';
  expect(frame).toMatch(
    /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' /,
  );
  expect(frame).not.toMatch(/frame-ancestors|unsafe-inline|'unsafe-eval'/);
});

test('the whole path violates no policy, and connects to the edge and the storage only', async ({
  browser,
  page,
  stack,
}, info) => {
  const photos = await makeSkins(page, info.outputDir, 5, { width: 900, height: 1200 });
  const origins = new Set<string>();
  const complaints: string[] = [];
  const prepare = async (context: BrowserContext): Promise<void> => {
    await watch(context);
    context.on('request', (request) => {
      if (!request.url().startsWith('blob:')) origins.add(new URL(request.url()).origin);
    });
    context.on('console', (message) => {
      if (/policy|refused|violat/i.test(message.text())) complaints.push(message.text());
    });
  };
  await walk(browser, stack, photos, { prepare }, async (phone, name) => {
    expect(await phone.page.evaluate(() => window.violations), name).toEqual([]);
  });
  expect(complaints).toEqual([]);
  expect([...origins].sort()).toEqual([stack.edge, stack.env.S3_ENDPOINT].sort());
});

test('a browser without WebAssembly violates no policy either', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, {
    prepare: async (context) => {
      await watch(context);
      await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
    },
  });
  await expect(phone.trouble).toContainText('It does not allow WebAssembly');
  await expect(phone.button('Try again')).toBeVisible();
  expect(await phone.page.evaluate(() => window.violations)).toEqual([]);
  await phone.close();
});

test('foreign scripts, styles and connections are refused', async ({ browser, stack }) => {
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, { prepare: watch });
  await expect(phone.screen('capture')).toBeVisible();
  const refused = await phone.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.violations.push("an inline script ran")';
    const image = new Image();
    image.src = 'https://elsewhere.invalid/pixel.png';
    const frame = document.createElement('iframe');
    frame.src = 'https://elsewhere.invalid/';
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.body.append(script, image, frame, style);
    await fetch('http://elsewhere.invalid/').catch(() => undefined);
    setTimeout('0'); // text as code; devtools may eval, so this is not asked of it
    await new Promise((resolve) => setTimeout(resolve, 200)); // the events come a task later
    return window.violations.map((violation) => violation.split(' ')[0]).sort();
  });
  expect(refused).toEqual(['connect-src', 'frame-src', 'img-src', 'script-src', 'script-src-elem', 'style-src-elem']);
  await phone.close();
});
