// Completes the npm package in build/widget, next to its built code. Adds the type declarations (in one folder, with
// the file names that Node's module resolution needs), the manifest and the documents. Prints the integrity of the
// classic build, which the package's README shows too.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const source = 'web/src/widget';
const target = 'build/widget';
const declarations = join('build/types', source);

/** The names of the declaration files in the package. Those of its entries are fixed. */
const names = new Map([
  [join(declarations, 'index.d.ts'), 'index.d.ts'],
  [join(declarations, 'session/index.d.ts'), 'session.d.ts'],
  [join(declarations, 'react.d.ts'), 'react.d.ts'],
  [join(declarations, 'vue.d.ts'), 'vue.d.ts'],
]);

/** Returns a declaration's name in the package, and copies it when it gets one. */
function place(path) {
  if (!names.has(path)) {
    const taken = [...names.values()];
    const name = [basename(path), `${basename(dirname(path))}-${basename(path)}`].find((one) => !taken.includes(one));
    if (name === undefined) throw new Error(`${path} has no name`);
    names.set(path, name);
    copy(path);
  }
  return names.get(path);
}

/** Copies a declaration with all declarations that it imports. */
function copy(path) {
  const text = readFileSync(path, 'utf8').replace(
    /(\bfrom |\bimport |\bimport\()(['"])(\.[^'"]*?)(?:\.tsx?)?\2/g,
    (_, before, quote, module) =>
      `${before}${quote}./${place(join(dirname(path), `${module}.d.ts`)).replace(/\.d\.ts$/, '.js')}${quote}`,
  );
  writeFileSync(join(target, names.get(path)), text);
}

/** Returns the integrity value of a file. A browser runs no other bytes (https://www.w3.org/TR/SRI/). */
function integrityOf(name) {
  const digest = createHash('sha384')
    .update(readFileSync(join(target, name)))
    .digest('base64');
  return `sha384-${digest}`;
}

for (const entry of [...names.keys()]) copy(entry);
for (const name of ['package.json', 'CHANGELOG.md']) copyFileSync(join(source, name), join(target, name));
for (const name of ['LICENSE', 'build/custom-elements.json']) copyFileSync(name, join(target, basename(name)));

const { version } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
const integrity = integrityOf('widget.classic.js');
const readme = readFileSync(join(source, 'README.md'), 'utf8');
writeFileSync(join(target, 'README.md'), readme.replaceAll('{VERSION}', version).replaceAll('{INTEGRITY}', integrity));
console.log(`photobridge-widget ${version}: widget.classic.js has integrity="${integrity}"`);
