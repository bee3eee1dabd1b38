// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, Mounted } from './fixtures';
import { Edge } from './session/fixtures';

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('./session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));

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
