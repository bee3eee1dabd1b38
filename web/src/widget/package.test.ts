// @vitest-environment happy-dom
/** The package as `make widget-package` lays it out, used as an integrator would. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '../../../build/widget');
const NODE_MODULES = join(import.meta.dirname, '../../../node_modules');
const GUIDE = readFileSync(join(import.meta.dirname, '../../../docs/integrate.md'), 'utf8');

/** The guide's block of TypeScript with this text in it. */
function sampleOf(text: string): string {
  return [...GUIDE.matchAll(/^```ts\n([\s\S]*?)^```/gm)].find(([, code]) => code?.includes(text))?.[1] ?? 'missing';
}

const HOSTS = {
  'with the element': `
    import { PhotobridgeWidget, type CommitDetail, type WidgetImage } from 'photobridge-widget';

    const widget: PhotobridgeWidget = document.createElement('photobridge-widget');
    widget.launchToken = () => fetch('/launch-token').then((answer) => answer.text());
    widget.recordForm = 'DocumentReference';
    widget.addEventListener('photobridge-commit', ({ detail }) => detail.waitUntil(save(detail)));
    widget.addEventListener('photobridge-image', ({ detail: { image } }) => show(image));
    document.body.append(widget);

    async function save({ bundle, patientId }: CommitDetail): Promise<number> {
      const sites = (bundle.entry ?? []).map(({ resource }) =>
      resource?.resourceType === 'Media' ? resource.bodySite?.coding?.[0]?.code : undefined);
      return sites.length + (patientId?.length ?? 0);
    }
    function show({ previewUrl, metadata }: WidgetImage): string {
      return \`\${metadata.laterality?.text} \${previewUrl}\`;
    }`,
  'with a face of its own': `
    import { createSessionSync, missingFrom, readyToCommit, type SessionState } from 'photobridge-widget';

    const sync = createSessionSync({ apiBase: 'https://photos.practice.example', launchToken: 'token' });
    const show = ({ images, status }: SessionState): string =>
      \`\${status}: \${images.flatMap(({ said }) => missingFrom(said))}\`;
    const stop = sync.store.subscribe((state, before) => state.images !== before.images && show(state));
    const first = sync.store.getState().images[0];
    if (first) sync.correct(first.id, { laterality: 'left', notes: null });
    if (readyToCommit(sync.store.getState().images)) void sync.commit(async ({ bundle }) => bundle.type);
    stop();`,
  'as docs/integrate.md has it': sampleOf('async function save'),
  'photo by photo, as docs/integrate.md has it': sampleOf('keep(upload'),
  'with mistakes that the types know': `
    import { createSessionSync } from 'photobridge-widget';

    const widget = document.createElement('photobridge-widget');
    // @ts-expect-error: no such form
    widget.recordForm = 'Observation';
    // @ts-expect-error: no such field
    widget.addEventListener('photobridge-commit', ({ detail }) => detail.parcel);
    // @ts-expect-error: the images are read only
    widget.images = [];
    // @ts-expect-error: the token is missing
    const sync = createSessionSync({ apiBase: '' });
    // @ts-expect-error: a host does not write into the store
    sync.store.setState({ images: [] });`,
};

let folder: string;

beforeAll(() => {
  if (!existsSync(PACKAGE)) throw new Error('There is no package to test: run make widget-package first.');
  folder = mkdtempSync(join(tmpdir(), 'photobridge-host-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  // As npm lays them out: the package, and the one that its types ask for. Nothing else is within reach.
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  cpSync(PACKAGE, join(folder, 'node_modules/photobridge-widget'), { recursive: true });
  symlinkSync(join(NODE_MODULES, '@types/fhir'), join(folder, 'node_modules/@types/fhir'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['NodeNext', 'Bundler'])('under %s resolution', (resolution) => {
  const module = resolution === 'NodeNext' ? 'NodeNext' : 'ESNext';
  test.each(Object.entries(HOSTS))(
    'a host %s compiles',
    (_, source) => {
      writeFileSync(join(folder, 'host.ts'), source);
      expect(compile('--module', module, '--moduleResolution', resolution)).toBe('');
    },
    60_000,
  );
});

/** What the compiler has to say, of the host and of the package's own declarations. */
function compile(...options: string[]): string {
  try {
    return execFileSync(
      join(NODE_MODULES, '.bin/tsc'),
      ['--noEmit', '--strict', '--target', 'ES2022', '--lib', 'ES2022,DOM', ...options, 'host.ts'],
      { cwd: folder, encoding: 'utf8' },
    );
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test('the module holds what the types promise, and its version is in the changelog', async () => {
  const require = createRequire(join(folder, 'host.js'));
  const exported = (await import(/* @vite-ignore */ require.resolve('photobridge-widget'))) as object;
  expect(Object.keys(exported).sort()).toEqual([
    'PhotobridgeWidget',
    'createSessionSync',
    'gapsIn',
    'missingFrom',
    'readyToCommit',
  ]);
  const { version } = require('photobridge-widget/package.json') as { version: string };
  expect(readFileSync(join(PACKAGE, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}\n`);
});
