/** The API as developers try it: as a page of `make dev`, and in Bruno, whose command line `make hosts` installs. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { expect, test } from '../harness/test.ts';

const COLLECTION = join(import.meta.dirname, '../docs/bruno');
const BRU = join(import.meta.dirname, 'hosts/node_modules/.bin/bru');

test('every request of the Bruno collection gets what it asserts', async ({ stack }) => {
  const variables = [`edge=${stack.edge}`, `practice=${stack.practice}`].flatMap((one) => ['--env-var', one]);
  const run = promisify(execFile)(BRU, ['run', '--env', 'dev', ...variables], { cwd: COLLECTION, timeout: 60_000 });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  const output = stripVTControlCharacters(stdout);
  expect(output).toContain('14 (14 Passed)');
  expect(output).toContain('22/22');
});

test('the API is a page that shows every call and loads nothing from elsewhere', async ({ page, stack }) => {
  const [origins, complaints] = [new Set<string>(), [] as string[]];
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${stack.edge}/docs/api`);
  await page.getByRole('button', { name: /Is it alive/ }).click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.locator('.live-responses-table').getByRole('cell', { name: '204' })).toBeVisible();
  await page.screenshot({ path: 'e2e/out/api.png' });
  expect([...origins].filter((origin) => origin !== 'null')).toEqual([stack.edge]);
  expect(complaints).toEqual([]);
});
