// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Metadata } from '../contract/api';
import { eventually, Mounted } from './fixtures';
import { Edge } from './session/fixtures';

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('./session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));

const here = import.meta.dirname;
let widget: Mounted;

beforeEach(async () => {
  await import('./index');
  sessionStorage.clear();
  edge.current = new Edge();
  vi.stubGlobal('fetch', edge.current.fetch);
});

afterEach(() => {
  widget.element.remove();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a sensitive photo has no picture anywhere until it is revealed, and none after it is veiled again', async () => {
  widget = await Mounted.with(edge.current!, [
    { bodySite: 'groin', laterality: 'left', sensitive: true },
    { bodySite: 'hand', laterality: 'left' },
  ]);
  await eventually(() => expect(widget.all('.tile img')).toHaveLength(1));
  expect(widget.find('.tile').getAttribute('aria-label')).toBe('Open photo 1. Left groin. Sensitive');
  widget.find('.tile').click();
  await eventually(() => expect(widget.all('.viewer .veil')).toHaveLength(1));
  expect(widget.all('.viewer img')).toHaveLength(0);
  widget.find('.viewer .veiled button').click();
  await eventually(() => expect(widget.all('.viewer img')).toHaveLength(1));
  await eventually(() => expect(widget.element.shadowRoot?.activeElement).toBe(widget.find('.viewer .stage')));
  expect(widget.all('.tile img')).toHaveLength(2);
  widget.find('[data-field=sensitive] button').click();
  await eventually(() => expect(widget.all('.viewer img')).toHaveLength(0));
  expect(widget.all('.tile img')).toHaveLength(1);
});

test('the flag is a correction; a photo marked here stays in sight until it is veiled', async () => {
  widget = await Mounted.with(edge.current!, [{ bodySite: 'groin', laterality: 'left' }]);
  widget.find('.tile').click();
  const flag = await eventually(() => widget.find<HTMLInputElement>('[data-field=sensitive] input'));
  expect(widget.find('[data-field=sensitive] .hint').textContent).toBe(
    'Photos of this site are often marked as sensitive.',
  );
  flag.click();
  await eventually(() => expect(edge.current?.images[0]?.metadata.sensitive).toBe(true));
  expect(widget.all('.viewer img')).toHaveLength(1);
  expect(widget.all('[data-field=sensitive] .hint')).toHaveLength(0);
  flag.click();
  await eventually(() => expect(edge.current?.images[0]?.metadata.sensitive).toBeFalsy());
});

test('other sites suggest nothing', async () => {
  widget = await Mounted.with(edge.current!, [{ bodySite: 'hand', laterality: 'left' }]);
  widget.find('.tile').click();
  await eventually(() => widget.find('[data-field=sensitive] input'));
  expect(widget.all('[data-field=sensitive] .hint')).toHaveLength(0);
});

describe('no print shows a sensitive photo', () => {
  const HAND = { bodySite: 'hand', laterality: 'left' } as const;
  const SENSITIVE = { ...HAND, sensitive: true };
  const tool = (name: string): HTMLElement => widget.find(`.tool[aria-label=${name}]`);

  /** What a print of the open viewer shows of photos. */
  function printed(): string[] {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ['style.css', 'viewer/viewer.css'].map((name) => readFileSync(join(here, name), 'utf8')).join(''),
    );
    widget.element.shadowRoot!.adoptedStyleSheets = [sheet];
    const { settings } = (window as unknown as { happyDOM: { settings: { device: { mediaType: string } } } }).happyDOM;
    settings.device.mediaType = 'print';
    const shown = widget.all('.viewer :is(img, canvas)').filter((one) => getComputedStyle(one).visibility !== 'hidden');
    settings.device.mediaType = 'screen';
    return shown.map((one) => one.getAttribute('src') ?? one.nodeName);
  }

  async function look(details: Metadata, earlier?: Metadata): Promise<void> {
    widget = await Mounted.with(edge.current!, [details]);
    if (earlier) widget.element.earlier = [{ url: 'https://record.test/1', time: '2024-11-30', ...earlier }];
    widget.find('.tile').click();
    await eventually(() => widget.find('.viewer'));
    if (details.sensitive) widget.find('.viewer .veiled button').click();
    await eventually(() => widget.find('.viewer img'));
  }

  test.each([
    [HAND, 1],
    [SENSITIVE, 0],
  ])('in the viewer: of %j %i', async (details, count) => {
    await look(details);
    expect(printed()).toHaveLength(count);
  });

  test.each([
    ['below', SENSITIVE, HAND, []],
    ['above', HAND, SENSITIVE, [expect.stringMatching(/^blob:/)]],
  ])('%s another', async (_, today: Metadata, earlier: Metadata, left) => {
    await look(today, earlier);
    tool('Compare').click();
    await eventually(() => widget.find('.stages.two'));
    if (earlier.sensitive) widget.find('.viewer .veiled button').click();
    await eventually(() => expect(widget.all('.viewer .stage img')).toHaveLength(2));
    widget.button('Overlay').click();
    await eventually(() => widget.find('.upper'));
    expect(printed()).toEqual(left);
  });

  test('while it is cropped', async () => {
    const context = { translate: vi.fn(), rotate: vi.fn(), drawImage: vi.fn(), resetTransform: vi.fn() };
    vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 4, height: 3, close: vi.fn() }));
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
    await look(SENSITIVE);
    tool('Crop').click();
    await eventually(() => widget.find('.crop canvas'));
    expect(printed()).toEqual([]);
  });
});
