import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FALSIFY } from './falsify.ts';

/** Serves the pages of an origin under another one, where the browser falsifies the pixels that the engine reads. */
export async function serveFalsified(
  origin: string,
  script: string,
): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void fetch(origin + (request.url ?? '')).then(async (answer) => {
      const body = Buffer.from(await answer.arrayBuffer());
      for (const [name, value] of answer.headers) {
        if (/^(content-(type|security-policy)|cross-origin-.*)$/.test(name)) response.setHeader(name, value);
      }
      response.writeHead(answer.status);
      response.end(request.url?.endsWith(script) ? FALSIFY + body.toString('utf8') : body);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
