import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Driver, Launch } from './driver.ts';
import { openSession, untilReady } from './webdriver.ts';

/** WebKitGTK's own browser on a virtual display, through its WebDriver. Its profile is deleted at the end. */
export async function launchWebKit(driverPath: string, launch: Launch): Promise<Driver> {
  const { viewport, proxy, scheme = 'light', webAssembly = true } = launch;
  const home = mkdtempSync(join(tmpdir(), 'photobridge-webkit-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    children.push(screen);
    const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
    const port = await freePort();
    children.push(
      spawn(driverPath, [`--port=${port}`], {
        env: {
          ...process.env,
          DISPLAY: `:${display.toString().trim()}`,
          HOME: home,
          XDG_RUNTIME_DIR: home,
          GTK_THEME: scheme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
          JSC_useWasm: String(webAssembly),
        },
        stdio: 'ignore',
      }),
    );
    const driver = `http://127.0.0.1:${port}`;
    await untilReady(driver);
    const session = await openSession(
      driver,
      {
        browserName: 'MiniBrowser',
        acceptInsecureCerts: true,
        // Not for https, because the browser would use TLS with the proxy itself.
        ...(proxy ? { proxy: { proxyType: 'manual', httpProxy: `${proxy.host}:${proxy.port}` } } : {}),
      },
      viewport,
    );
    return { ...session, close: () => session.close().finally(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** WebKit's driver takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
