/** The packed tarball, as registries, bundlers, type checkers and servers look at it. */

import { createPackageFromTarballData, checkPackage } from '@arethetypeswrong/core';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTRIBUTES } from './settings';

const BUILD = join(import.meta.dirname, '../../../build');
const PACKAGE = join(BUILD, 'widget');
const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');
const read = (name: string): string => readFileSync(join(PACKAGE, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as { name: string; version: string };
const tarball = join(BUILD, `${manifest.name}-${manifest.version}.tgz`);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'photobridge-packed-'));
  mkdirSync(join(folder, 'node_modules'));
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  symlinkSync('../package', join(folder, 'node_modules/photobridge-widget'));
  for (const name of ['react', 'react-dom']) symlinkSync(join(NODE_MODULES, name), join(folder, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a script prints that runs on a server, next to the package. */
const onServer = (script: string): string =>
  execFileSync('node', ['--input-type=module', '--eval', script], { cwd: folder, encoding: 'utf8' }).trim();

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: PACKAGE, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('its types are right wherever ES modules are', async () => {
  const { problems } = (await checkPackage(createPackageFromTarballData(readFileSync(tarball)))) as {
    problems: { kind: string; resolutionKind?: string; entrypoint?: string }[];
  };
  // As attw's own profile for ES modules: no CommonJS, and no resolution that knows no `exports`.
  const modules = problems.filter(({ resolutionKind }) => !/^node(10|16-cjs)$/.test(resolutionKind ?? ''));
  expect(modules).toEqual([]);
});

describe('on a server', () => {
  test.each([
    ['the element', '', 'PhotobridgeWidget,createSessionSync,gapsIn,missingFrom,readyToCommit'],
    ['the session', '/session', 'createSessionSync,gapsIn,missingFrom,readyToCommit'],
    ['React', '/react', 'PhotobridgeWidget'],
    ['Vue', '/vue', ''],
  ])('%s is imported', (_, entry, names) => {
    expect(onServer(`console.log(String(Object.keys(await import('photobridge-widget${entry}')).sort()))`)).toBe(names);
  });

  test('the session half has no user interface in it', () => {
    expect(onServer(`await import('photobridge-widget/session'); console.log(typeof globalThis.customElements)`)).toBe(
      'undefined',
    );
    expect(read('session.js')).not.toContain('widget-');
  });

  test('React renders the element with its attributes', () => {
    const html = onServer(`
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { PhotobridgeWidget } from 'photobridge-widget/react';
      const props = { encounterId: 'enc-1', launchToken: 'secret', apiBase: 'https://photos.test', endOnCommit: true,
        noExport: false, referralMaxBytes: 400000, className: 'wide', onCommit() {} };
      console.log(renderToString(createElement(PhotobridgeWidget, props)));`);
    expect(html).toBe(
      '<photobridge-widget class="wide" api-base="https://photos.test" end-on-commit="" referral-max-bytes="400000">' +
        '</photobridge-widget>',
    );
  });
});

test('the classic build is one script, whose integrity the README has', () => {
  const digest = createHash('sha384')
    .update(readFileSync(join(PACKAGE, 'widget.classic.js')))
    .digest('base64');
  expect(read('README.md')).toContain(`integrity="sha384-${digest}"`);
  expect(read('README.md')).not.toMatch(/\{[A-Z]+\}/);
  expect(read('widget.classic.js')).not.toMatch(/\bimport\(|\bimport\.meta\b|^export\b/m);
});

test('its version is in the changelog', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## ${manifest.version}\n`);
});

test('the templates of React and Vue know every attribute of the manifest', () => {
  const { attributes } = (
    JSON.parse(read('custom-elements.json')) as {
      modules: [{ declarations: [{ attributes: { name: string }[] }] }];
    }
  ).modules[0].declarations[0];
  expect(['launch-token', ...Object.values(ATTRIBUTES)].sort()).toEqual(attributes.map(({ name }) => name).sort());
});
