// Tests the rules in .depguard.yml and biome.json: tries an import of each kind that CONTRIBUTING's table forbids, and
// one that it allows. Fails if a forbidden one passes. The files are written to a temporary folder.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const MODULE = 'github.com/clinicpro/photobridge/';

/** A package, one that it may import, and those that it may not. */
const GO = [
  ['shared', ['shared/wire'], ['edge/session']],
  ['shared/wire', [], ['shared']],
  ['shared/generate', [], ['shared', 'shared/wire']],
  ['edge/session', ['shared'], ['edge/upstash', 'syscall/js']],
  ['edge/upstash', ['edge/session'], ['edge/api', 'wasm/upload']],
  ['edge/realtime', ['shared'], ['edge/upstash']],
  ['edge/telemetry', ['shared'], ['edge/session']],
  ['edge/api', ['edge/session'], ['edge/upstash', 'wasm/photo']],
  ['edge/cmd/endall', ['edge/upstash'], ['gateway/record']],
  ['wasm/jpeg', [], ['shared']],
  ['wasm/photo', ['shared'], ['wasm/upload']],
  ['wasm/photo/pure', ['wasm/jpeg'], ['wasm/bridge']],
  ['wasm/upload', ['shared'], ['wasm/photo', 'syscall/js']],
  ['wasm/bridge', ['wasm/upload', 'syscall/js'], ['edge/session']],
  ['wasm/purecodec', ['wasm/photo/pure'], ['gateway/record']],
  ['gateway/server', ['gateway/record'], ['edge/session', 'local/alex']],
  ['harness/edge', ['edge/session'], ['bench/load', 'e2e/support']],
  ['local/alex', ['gateway/record'], ['e2e/support']],
  ['bench/load', ['harness/edge'], ['e2e/support', 'docs/check']],
];

const TYPESCRIPT = [
  ['web/src/contract/it.ts', ['./api'], ['../place']],
  ['web/src/api/it.ts', ['../contract/api'], ['../strings']],
  [
    'web/src/phone/it.ts',
    ['../../../wasm/browser/client'],
    ['../widget/image', '../../../harness/test', '../../../wasm/x/y'],
  ],
  ['web/src/widget/it.ts', ['../contract/api'], ['../phone/model', '../../../wasm/browser/client']],
  ['web/src/host/it.ts', ['../contract/api'], ['../phone/model']],
  ['web/src/desk/it.ts', ['../contract/api'], ['../widget/image']],
  ['web/src/strings/it.ts', ['../contract/api'], ['../phone/model']],
  ['web/src/it.ts', ['./contract/api'], ['./widget/image']],
  ['wasm/browser/it.ts', ['../../web/src/contract/engine'], ['../../web/src/phone/model', '../../harness/test']],
  ['edge/it.mjs', ['../build/wasm_exec'], ['../web/src/place']],
  ['local/it.mjs', ['../harness/test'], ['../e2e/support', '../bench/report/figures']],
  ['harness/it.ts', ['../web/src/contract/api'], ['../e2e/support', '../bench/report/figures', '../docs/check']],
  ['bench/it.ts', ['../harness/test'], ['../e2e/support']],
  ['docs/it.ts', ['../harness/test'], ['../e2e/support']],
  ['e2e/it.ts', ['../harness/test'], ['../bench/report/figures']],
  ['scripts/it.mjs', ['./other'], ['../web/src/place']],
];

const folder = mkdtempSync(join(tmpdir(), 'imports-'));
let faults = 0;
try {
  check('Go', GO, lintGo());
  check('TypeScript', TYPESCRIPT, lintTypeScript());
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = faults === 0 ? 0 : 1;

function check(language, cases, refused) {
  for (const [from, allowed, forbidden] of cases) {
    for (const to of forbidden) if (!refused(from, to)) report(`${from} may import ${to}, which is forbidden`);
    for (const to of allowed) if (refused(from, to)) report(`${from} may not import ${to}, which is allowed`);
  }
  console.log(`${language}: ${cases.flatMap((one) => one[2]).length} forbidden imports were tried`);
}

function report(fault) {
  faults++;
  console.error(fault);
}

/** The imported packages are empty. Each import has a separate package, below a folder with the path of the rule. */
function lintGo() {
  write('go.mod', `module ${MODULE.slice(0, -1)}\n`);
  copyFileSync('.depguard.yml', join(folder, '.depguard.yml'));
  for (const [from, allowed, forbidden] of GO) {
    for (const to of [...allowed, ...forbidden]) {
      if (to !== 'syscall/js') write(`${to}/doc.go`, 'package it\n');
      write(`${slug(to)}/${from}/it.go`, `package it\n\nimport _ "${to === 'syscall/js' ? to : MODULE + to}"\n`);
    }
  }
  const env = { ...process.env, GOOS: 'js', GOARCH: 'wasm' };
  const { stderr } = spawnSync(resolve('build/depguard'), ['./...'], { cwd: folder, env, encoding: 'utf8' });
  return (from, to) => stderr.includes(`/${slug(to)}/${from}/it.go:`);
}

function lintTypeScript() {
  const config = JSON.parse(readFileSync('biome.json', 'utf8'));
  write('biome.json', JSON.stringify({ ...config, $schema: undefined, vcs: undefined }));
  const paths = new Map();
  for (const [from, allowed, forbidden] of TYPESCRIPT) {
    for (const to of [...allowed, ...forbidden]) {
      const path = from.replace('/it.', `/${slug(to)}.`);
      write(path, `export * from '${to}';\n`);
      paths.set(from + to, path);
    }
  }
  const options = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none'];
  const { stdout } = spawnSync('biome', options, { cwd: folder, encoding: 'utf8' });
  return (from, to) => stdout.includes(paths.get(from + to));
}

function slug(path) {
  return path.replace(/\W+/g, '-').replace(/^-/, '');
}

function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
