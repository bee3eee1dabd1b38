// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, Mounted } from '../fixtures';
import { guidingOf } from './GuideButton';
import type { SessionState, SessionSync } from '../session/api';
import type { EarlierPhoto } from '../image';
import { Edge, listed } from '../session/fixtures';

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('../session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));

const HAND = { bodySite: 'hand', laterality: 'left' } as const;
let widget: Mounted;

/** An image that every test page can load, and read if its server allows that. */
class StillImage {
  static isReadable = true;
  naturalWidth = 1200;
  naturalHeight = 900;
  crossOrigin = '';
  src = '';
  decode(): Promise<void> {
    return StillImage.isReadable ? Promise.resolve() : Promise.reject(new DOMException('blocked', 'EncodingError'));
  }
}

const button = (): HTMLButtonElement => widget.button('Show on the phone’s camera');
const status = (): string | null => widget.find('.comparing [role=status]').textContent;
beforeEach(async () => {
  await import('../index');
  sessionStorage.clear();
  edge.current = new Edge();
  vi.stubGlobal('fetch', edge.current.fetch);
  widget = await Mounted.with(edge.current, [HAND]);
  widget.element.earlier = [{ url: 'blob:old', time: '2024-11-30', ...HAND }];
  vi.stubGlobal('Image', StillImage);
  StillImage.isReadable = true;
  vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation(function (this: HTMLCanvasElement, done) {
    done(new Blob([new Uint8Array(this.width * 80)], { type: 'image/jpeg' }));
  });
});
afterEach(() => {
  widget.element.remove();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('earlier photos are offered as a small JPEG, and taken back', async () => {
  await widget.compares();
  expect(button().getAttribute('aria-pressed')).toBe('false');
  button().click();
  await eventually(() => expect(status()).toBe('The quick camera on the phone shows this photo, half transparent.'));
  // 640 and 480 pixels would have had too many bytes.
  expect(atob(edge.current?.guide ?? '')).toHaveLength(360 * 80);
  expect(button().getAttribute('aria-pressed')).toBe('true');
  button().click();
  await eventually(() => expect(status()).toBe(''));
  expect(edge.current?.guide).toBeNull();
});

test('they are offered again after a failure', async () => {
  await widget.compares();
  edge.current!.trouble = { call: /^PUT/, code: 'upstream_unavailable', status: 503, times: 1 };
  button().click();
  await eventually(() => expect(status()).toBe('The photo may not have reached the phone. Try again.'));
  button().click();
  await eventually(() => expect(status()).toMatch(/half transparent/));
});

test('one that may have arrived can be taken back', async () => {
  await widget.compares();
  edge.current!.trouble = { call: /^PUT/, code: 'network', status: 0, times: 1 };
  button().click();
  await eventually(() => expect(status()).toMatch(/may not have reached/));
  edge.current!.guide = 'arrived';
  widget.button('Stop showing it').click();
  await eventually(() => expect(status()).toBe(''));
  expect(edge.current?.guide).toBeNull();
  expect(widget.all('button').map(({ textContent }) => textContent)).not.toContain('Stop showing it');
});

test.each<[string, boolean, EarlierPhoto[], RegExp]>([
  ['has another URL by now', false, [{ url: 'blob:fresh', time: '2024-11-30', ...HAND }], /shows an earlier photo/],
  [
    'has another URL by now and may have arrived',
    true,
    [{ url: 'blob:fresh', time: '2024-11-30' }],
    /^The phone may show/,
  ],
  ['is no longer in the record', false, [], /shows an earlier photo/],
])('one that %s can be taken back', async (_, isFailed, now, text) => {
  edge.current!.change([...edge.current!.images, listed('b', HAND)]);
  edge.current!.handlers?.event('image-uploaded');
  await eventually(() => expect(widget.all('.tile')).toHaveLength(2));
  await widget.compares();
  if (isFailed) edge.current!.trouble = { call: /^PUT/, code: 'network', status: 0, times: 1 };
  button().click();
  await eventually(() => expect(status()).toMatch(isFailed ? /may not have reached/ : /half transparent/));
  widget.element.earlier = now;
  widget.find('[data-icon=close]').closest('button')?.click();
  await eventually(() => expect(widget.all('.viewer')).toHaveLength(0));
  await widget.compares();
  await eventually(() => expect(status()).toMatch(text));
  widget.button('Stop showing it').click();
  await eventually(() =>
    expect(
      widget
        .all('.comparing [role=status]')
        .map((one) => one.textContent)
        .join(''),
    ).toBe(''),
  );
  expect(edge.current?.guide).toBeNull();
});

test('one of the other earlier photos is stopped by its own button', async () => {
  widget.element.earlier = [...widget.element.earlier, { url: 'blob:older', time: '2023-11-30', ...HAND }];
  await widget.compares();
  button().click();
  await eventually(() => expect(status()).toMatch(/half transparent/));
  const choice = widget.find<HTMLSelectElement>('.comparing select');
  choice.value = 'earlier blob:older';
  choice.dispatchEvent(new Event('change', { bubbles: true }));
  await eventually(() => expect(status()).toBe(''));
  expect(widget.all('button').map(({ textContent }) => textContent)).not.toContain('Stop showing it');
});

test('one that was offered before the page was reloaded can be taken back', async () => {
  await widget.compares();
  button().click();
  await eventually(() => expect(status()).toMatch(/half transparent/));
  widget.element.remove();
  widget = await Mounted.with(edge.current!, [HAND]);
  widget.element.earlier = [{ url: 'blob:old', time: '2024-11-30', ...HAND }];
  await widget.compares();
  await eventually(() =>
    expect(status()).toBe('The quick camera on the phone shows an earlier photo, half transparent.'),
  );
  expect(button().getAttribute('aria-pressed')).toBe('false');
  edge.current!.trouble = { call: /^DELETE/, code: 'upstream_unavailable', status: 503, times: 1 };
  widget.button('Stop showing it').click();
  await eventually(() => expect(status()).toBe('The phone may still show this photo. Try again.'));
  widget.button('Stop showing it').click();
  await eventually(() => expect(status()).toBe(''));
  expect(edge.current?.guide).toBeNull();
});

test('one that could not be taken back is still marked as shown, and can be taken back', async () => {
  await widget.compares();
  button().click();
  await eventually(() => expect(status()).toMatch(/half transparent/));
  edge.current!.trouble = { call: /^DELETE/, code: 'upstream_unavailable', status: 503, times: 1 };
  button().click();
  await eventually(() => expect(status()).toBe('The phone may still show this photo. Try again.'));
  expect(button().getAttribute('aria-pressed')).toBe('true');
  button().click();
  await eventually(() => expect(status()).toBe(''));
  expect(edge.current?.guide).toBeNull();
});

test('a veiled photo is not offered, but one that is shown can still be taken back', async () => {
  const veiled = [{ url: 'blob:old', time: '2024-11-30', ...HAND, sensitive: true }];
  await widget.compares();
  button().click();
  await eventually(() => expect(status()).toMatch(/half transparent/));
  widget.element.earlier = veiled; // the record marks it meanwhile
  widget.find('[data-icon=zoomIn]').click();
  await eventually(() => expect(widget.all('.viewer .veil')).toHaveLength(1));
  button().click();
  await eventually(() => expect(edge.current?.guide).toBeNull());
  await eventually(() => expect(button().disabled).toBe(true));
});

test('they cannot be offered from a server that keeps them from the page', async () => {
  StillImage.isReadable = false;
  await widget.compares();
  button().click();
  await eventually(() => expect(status()).toMatch(/does not let this page read it/));
  expect(edge.current?.guide).toBeNull();
});

test('nothing is offered once the session is over', () => {
  const of = (status: SessionState['status']) => guidingOf({ status, guide: null } as SessionState, {} as SessionSync);
  expect(of('open')).toBeDefined();
  expect([of('ended'), of('failed'), of('opening')]).toEqual([undefined, undefined, undefined]);
});
