// Writes the tables of the widget's README from its manifest, which is read from the element's doc comments.
// With --check it only compares them.
import { readFileSync, writeFileSync } from 'node:fs';

const README = 'web/src/widget/README.md';
const manifest = JSON.parse(readFileSync('build/custom-elements.json', 'utf8'));
const { attributes, members, events, cssProperties, cssParts } = manifest.modules[0].declarations[0];

const code = (text) => (text ? `\`${text.replaceAll('|', '\\|')}\`` : '');
const isRequired = ({ optional, default: value }) => !optional && value === undefined;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`.replaceAll('|  |', '| |')).join('\n');

/** Returns a row for each attribute, with its property if it has one, and then the properties without an attribute. */
function properties() {
  const fieldOf = ({ fieldName }) => members.find(({ name }) => name === fieldName);
  const alone = members.filter(({ attribute }) => !attribute);
  return [
    ...attributes.map((one) => [
      code(one.name),
      code(one.fieldName),
      code((fieldOf(one) ?? one).type.text),
      one.description,
    ]),
    ...alone.map(({ kind, name, type, readonly, parameters = [], return: result, description }) => {
      const names = parameters.map((one) => (isRequired(one) ? one.name : `${one.name}?`)).join(', ');
      return kind === 'method'
        ? ['', code(`${name}(${names})`), code(result.type.text), description]
        : ['', code(name), code(type.text), `${readonly ? 'read only: ' : ''}${description}`];
    }),
  ];
}

const tables = {
  attributes: table(['attribute', 'property', 'type', ''], properties()),
  events: table(
    ['event', '`detail`', 'when'],
    events.map(({ name, type, description }) => [
      code(name),
      code(type.text.replace(/^CustomEvent<(.*)>$/s, '$1')),
      description,
    ]),
  ),
  properties: table(
    ['custom property', 'for'],
    cssProperties.map(({ name, description }) => [code(name), description]),
  ),
  parts: table(
    ['part', 'what it is'],
    cssParts.map(({ name, description }) => [code(name), description]),
  ),
};

const before = readFileSync(README, 'utf8');
let after = before;
for (const [name, text] of Object.entries(tables)) {
  const place = new RegExp(`(<!-- table: ${name} -->\n)[^]*?(\n<!-- end -->)`);
  if (!place.test(after)) throw new Error(`${README} has no place for ${name}`);
  after = after.replace(place, (_, start, end) => `${start}\n${text}\n${end}`);
}
if (after !== before && process.argv.includes('--check')) {
  console.error(`${README} does not match the element's doc comments: run make generate`);
  process.exit(1);
}
if (after !== before) writeFileSync(README, after);
