// @vitest-environment happy-dom
import { act, createElement, createRef, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PhotobridgeWidget as PhotobridgeElement } from './index';
import { PhotobridgeWidget, type PhotobridgeWidgetProps } from './react';

const EARLIER = [{ url: '/media/1', time: '2025-09-30' }];
let root: Root;
const ref = createRef<PhotobridgeElement>();

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
  root = createRoot(document.body.appendChild(document.createElement('div')));
});
afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
});

function show(props: Partial<PhotobridgeWidgetProps>): PhotobridgeElement {
  const all = { encounterId: 'enc-1', launchToken: () => Promise.resolve('one'), ...props };
  act(() => root.render(createElement(StrictMode, null, createElement(PhotobridgeWidget, { ...all, ref }))));
  return ref.current!;
}
const tokenOf = async ({ launchToken }: PhotobridgeElement): Promise<string | undefined> =>
  typeof launchToken === 'function' ? launchToken() : launchToken;

test('props become attributes, and go when they are gone', () => {
  const widget = show({ apiBase: 'https://photos.test', endOnCommit: true, noExport: false, recordGate: 'referral' });
  expect(widget.outerHTML).toBe(
    '<photobridge-widget api-base="https://photos.test" end-on-commit="" record-gate="referral"></photobridge-widget>',
  );
  expect(show({}).outerHTML).toBe('<photobridge-widget></photobridge-widget>');
});

test('a render with another function opens no other session, and the newest function is called', async () => {
  const widget = show({});
  const before = widget.launchToken;
  show({ launchToken: () => Promise.resolve('two') });
  expect(widget.launchToken).toBe(before);
  expect(await tokenOf(widget)).toBe('two');
  show({ encounterId: 'enc-2', launchToken: 'three' });
  expect(widget.launchToken).not.toBe(before);
  expect(await tokenOf(widget)).toBe('three');
  show({ encounterId: '' });
  expect(widget.launchToken).toBeUndefined();
});

test('photos of the record are shown for their patient alone', () => {
  const widget = show({ earlier: EARLIER });
  expect(widget.earlier).toBe(EARLIER);
  show({ encounterId: 'enc-2', earlier: EARLIER });
  expect(widget.earlier).toEqual([]);
  const others = [{ url: '/media/2', time: '2025-10-01' }];
  show({ encounterId: 'enc-3', earlier: others });
  expect(widget.earlier).toBe(others);
});

test.each(['image', 'status', 'commit', 'error'])('photobridge-%s reaches the handler of the last render', (name) => {
  const [first, second] = [vi.fn(), vi.fn()];
  const prop = `on${name.replace(/^./, (letter) => letter.toUpperCase())}`;
  show({ [prop]: first });
  const widget = show({ [prop]: second });
  const event = new CustomEvent(`photobridge-${name}`, { detail: {} });
  widget.dispatchEvent(event);
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledExactlyOnceWith(event);
});
