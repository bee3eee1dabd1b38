// Lays the widget out as an npm package in build/widget: the module, and the
// declarations that its types reach, flat and with the file names that Node's
// own resolution asks for.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const source = 'web/src/widget';
const target = 'build/widget';
const declarations = 'build/types';

/** The declarations by their names in the package. */
const placed = new Map();

/** Copies a declaration and all that it imports. Returns its name in the package. */
function place(path) {
  const name = [basename(path), `${basename(dirname(path))}-${basename(path)}`].find(
    (one) => (placed.get(one) ?? path) === path,
  );
  if (name === undefined) throw new Error(`${path} has no name`);
  if (placed.has(name)) return name;
  placed.set(name, path);
  const text = readFileSync(path, 'utf8').replace(
    /(\bfrom |\bimport\()(['"])(\.[^'"]*?)(?:\.tsx?)?\2/g,
    (_, before, quote, module) =>
      `${before}${quote}./${place(join(dirname(path), `${module}.d.ts`)).replace(/\.d\.ts$/, '.js')}${quote}`,
  );
  writeFileSync(join(target, name), text);
  return name;
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
place(join(declarations, source, 'index.d.ts'));
for (const name of ['package.json', 'README.md', 'CHANGELOG.md']) copyFileSync(join(source, name), join(target, name));
copyFileSync('web/dist/widget.js', join(target, 'widget.js'));
copyFileSync('LICENSE', join(target, 'LICENSE'));
