/** The types of the package as `make widget-package` lays it out, used as an integrator would. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  'with its own interface': `
    import { createSessionSync, missingFrom, readyToCommit, type SessionState } from 'photobridge-widget';

    const sync = createSessionSync({ apiBase: 'https://photos.practice.example', launchToken: 'token' });
    const show = ({ images, status }: SessionState): string =>
      \`\${status}: \${images.flatMap(({ details }) => missingFrom(details))}\`;
    const stop = sync.store.subscribe((state, before) => state.images !== before.images && show(state));
    const first = sync.store.getState().images[0];
    if (first) sync.correct(first.id, { laterality: 'left', notes: null });
    if (readyToCommit(sync.store.getState().images)) void sync.commit(async ({ bundle }) => bundle.type);
    stop();`,
  'as docs/integrate.md has it': sampleOf('async function save'),
  'photo by photo, as docs/integrate.md has it': sampleOf('keep(upload'),
  'with the session alone': `
    import { createSessionSync, type WidgetImage } from 'photobridge-widget/session';

    const sync = createSessionSync({ apiBase: '', launchToken: 'token' });
    const images: readonly WidgetImage[] = sync.store.getState().images;
    console.log(images.length);`,
  'in React': `
    import { createElement, createRef } from 'react';
    import { PhotobridgeWidget } from 'photobridge-widget/react';
    import type { PhotobridgeWidget as Element } from 'photobridge-widget';

    const ref = createRef<Element>();
    export const Photos = () => (
      <PhotobridgeWidget
        ref={ref}
        className="wide"
        encounterId="enc-1"
        launchToken={async () => 'token'}
        recordForm="DocumentReference"
        noExport
        earlier={[{ url: '/media/1', time: '2025-09-30' }]}
        onCommit={({ detail }) => detail.waitUntil(Promise.resolve(detail.bundle.entry))}
        onStatus={({ detail: { phoneConnected } }) => console.log(phoneConnected satisfies boolean)}
      />
    );
    export const Raw = () => (
      <photobridge-widget
        api-base=""
        record-gate="referral"
        onphotobridge-commit={({ detail }) => detail.waitUntil(Promise.resolve())}
      />
    );
    // @ts-expect-error: whose photos?
    createElement(PhotobridgeWidget, { launchToken: 'token' });
    // @ts-expect-error: no such form
    export const Wrong = () => <photobridge-widget record-form="Observation" />;`,
  'in Vue': `
    import type { GlobalComponents } from 'vue';
    import type { CommitDetail } from 'photobridge-widget';
    import 'photobridge-widget/vue';

    type Widget = InstanceType<GlobalComponents['photobridge-widget']>;
    type Props = Widget['$props'];
    export const props: Props = { 'api-base': '', launchToken: async () => 'token', 'end-on-commit': true };
    export const emit = (widget: Widget, detail: CommitDetail): void =>
      widget.$emit('photobridge-commit', new CustomEvent('photobridge-commit', { detail }));
    // @ts-expect-error: no such form
    export const wrong: Props = { 'record-form': 'Observation' };`,
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
  // As npm lays them out: the package, what its types ask for, and a host's React and Vue.
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  cpSync(PACKAGE, join(folder, 'node_modules/photobridge-widget'), { recursive: true });
  for (const name of ['@types/fhir', '@types/react', 'csstype', '@vue', 'vue'])
    symlinkSync(join(NODE_MODULES, name), join(folder, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (host: string): string => `${host.replace(/\W/g, '-')}.tsx`;

describe.each(['NodeNext', 'Bundler'])('under %s resolution', (resolution) => {
  let complaints: string[];
  beforeAll(() => {
    const module = resolution === 'NodeNext' ? 'NodeNext' : 'ESNext';
    for (const [host, source] of Object.entries(HOSTS)) writeFileSync(join(folder, fileOf(host)), source);
    complaints = compile('--module', module, '--moduleResolution', resolution).split('\n').filter(Boolean);
  }, 120_000);

  test.each(Object.keys(HOSTS))('a host %s compiles', (host) => {
    expect(complaints.filter((line) => line.startsWith(fileOf(host)))).toEqual([]);
  });

  test("the package's own declarations compile", () => {
    expect(complaints.filter((line) => line.includes('node_modules'))).toEqual([]);
  });
});

/** What the compiler has to say, of all hosts and of the package's own declarations. */
function compile(...options: string[]): string {
  const files = Object.keys(HOSTS).map(fileOf);
  const strict = ['--noEmit', '--strict', '--target', 'ES2022', '--lib', 'ES2022,DOM', '--jsx', 'react-jsx'];
  try {
    return execFileSync(join(NODE_MODULES, '.bin/tsc'), [...strict, ...options, ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
