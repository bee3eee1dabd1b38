// Every line of code has at most 120 columns, and every production file at most 400 lines.
// The formatters break code; this check also sees comments, strings, scripts and style sheets.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const COLUMNS = 120;
const LINES = 400;
const TAB = 4;

const SOURCES = ['go', 'ts', 'tsx', 'mts', 'mjs', 'js', 'css', 'lua', 'sh', 'html', 'toml'];
const TESTS = /_test\.go$|\.(test|spec)\.tsx?$/;
const GENERATED = /^\/\/ Code generated .* DO NOT EDIT\.\n/;

const tracked = ['ls-files', '--cached', '--others', '--exclude-standard', ...SOURCES.map((type) => `*.${type}`)];
const files = execFileSync('git', tracked, { encoding: 'utf8' }).trim().split('\n');

let faults = 0;
function report(place, fault) {
  faults++;
  console.error(`${place}: ${fault}`);
}

for (const file of files) {
  if (/(^|\/)testdata\//.test(file)) continue;
  const text = readFileSync(file, 'utf8');
  if (GENERATED.test(text)) continue;
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length > LINES && !TESTS.test(file)) {
    report(file, `${lines.length} lines; a production file has at most ${LINES}`);
  }
  lines.forEach((line, i) => {
    const columns = [...line.replaceAll('\t', ' '.repeat(TAB))].length;
    if (columns > COLUMNS) report(`${file}:${i + 1}`, `${columns} columns; at most ${COLUMNS}`);
  });
}

process.exitCode = faults === 0 ? 0 : 1;
