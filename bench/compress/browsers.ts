/** The browsers that are there, each opened at the bench's page; the page asks the server what to do. */

import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { launch } from 'puppeteer-core';
import { throttle } from './throttle.ts';

export interface Opened {
  close(): Promise<unknown>;
  /** Where it can be slowed. */
  slow?: Slow;
}

export interface Slow {
  /** Slows the page with its workers until the answer is called. */
  by(factor: number): Promise<() => Promise<void>>;
  /** Milliseconds that a fixed loop takes in the engine's worker. */
  loop(): Promise<number>;
}

interface Browser {
  name: string;
  open(url: string): Promise<Opened>;
}

/** Chromium, and Firefox and WebKit where they are installed. */
export function browsers(root: string): Browser[] {
  const all: Browser[] = [{ name: 'Chromium', open: (url) => openChromium(execFileSync(join(root, 'scripts/browser.sh'), { encoding: 'utf8' }).trim(), url) }];
  for (const [name, open] of [['Firefox', openFirefox], ['WebKit', openWebKit]] as const) {
    const found = spawnSync(join(root, 'scripts/engines.sh'), ['find', name.toLowerCase()], { encoding: 'utf8' });
    if (found.status === 0) all.push({ name, open: (url) => open(found.stdout.trim(), url) });
    else console.log(found.stderr.trim());
  }
  return all;
}

async function openChromium(executablePath: string, url: string): Promise<Opened> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  await page.goto(url);
  const session = await browser.newBrowserCDPSession();
  return {
    close: () => browser.close(),
    slow: {
      async by(factor) {
        const { processInfo } = await session.send('SystemInfo.getProcessInfo');
        return throttle(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id), factor);
      },
      async loop() {
        const [worker] = page.workers();
        if (!worker) throw new Error('no engine runs');
        return worker.evaluate(() => {
          const before = performance.now();
          let sum = 0;
          for (let i = 0; i < 100_000_000; i++) sum = (Math.imul(sum, 31) + i) | 0;
          return performance.now() - before + 0 * sum;
        });
      },
    },
  };
}

async function openFirefox(executablePath: string, url: string): Promise<Opened> {
  const browser = await launch({ browser: 'firefox', executablePath });
  await (await browser.newPage()).goto(url);
  return browser;
}

/** WebKitGTK's own browser on a virtual display, through as much of W3C WebDriver as it takes. */
async function openWebKit(driver: string, url: string): Promise<Opened> {
  const home = mkdtempSync(join(tmpdir(), 'photobridge-webkit-'));
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children.reverse()) {
      const ended = once(child, 'exit');
      if (child.kill()) await ended;
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    children.push(screen);
    const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
    const port = await freePort();
    children.push(spawn(driver, [`--port=${port}`], { env: { ...process.env, DISPLAY: `:${display.toString().trim()}`, HOME: home, XDG_RUNTIME_DIR: home }, stdio: 'ignore' }));
    const { sessionId } = await post<{ sessionId: string }>(port, '/session', { capabilities: { alwaysMatch: { browserName: 'MiniBrowser' } } });
    await post(port, `/session/${sessionId}/url`, { url });
    return { close: () => fetch(`http://127.0.0.1:${port}/session/${sessionId}`, { method: 'DELETE' }).finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tries again while the driver is not there yet. */
async function post<T>(port: number, path: string, body: unknown): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) });
      const { value } = (await response.json()) as { value: T & { message?: string } };
      if (!response.ok) throw new Error(value.message);
      return value;
    } catch (error) {
      if (!(error instanceof TypeError) || tries > 50) throw error;
      await sleep(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
