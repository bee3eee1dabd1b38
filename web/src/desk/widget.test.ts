// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Edge, LAUNCH_TOKEN, listed } from '../widget/session/fixtures';
import type { PhotobridgeWidget } from '../widget';
import { inRecord, noteInRecord } from './tickets';
import { createWidget } from './widget';

const AT = '2026-03-04T09:30:00Z';
const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];

let widget: PhotobridgeWidget | undefined;

vi.mock('../widget/session/realtime', () => ({ listen: () => () => undefined }));

beforeEach(async () => {
  await import('../widget/index');
  localStorage.clear();
  sessionStorage.clear();
  const edge = new Edge();
  edge.images = [listed('a', {}), listed('b', {})];
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => edge.fetch(url, init));
});

afterEach(() => {
  widget?.remove();
  vi.unstubAllGlobals();
});

async function shown(): Promise<(string | undefined)[]> {
  widget = createWidget('https://edge.test', () => Promise.resolve(LAUNCH_TOKEN));
  document.body.append(widget);
  await vi.waitFor(() => expect(widget?.images).toHaveLength(2));
  return widget.images.map(({ committedAt }) => committedAt);
}

test('a photo that another tab put into the record is not offered again', async () => {
  noteInRecord(a, AT);
  expect(await shown()).toEqual([AT, undefined]);
});

test('what this tab knows already stays', async () => {
  sessionStorage.setItem('photobridge:committed', JSON.stringify([[b, '2026-03-04T09:00:00Z']]));
  noteInRecord(a, AT);
  noteInRecord(b, AT);
  expect(await shown()).toEqual([AT, '2026-03-04T09:00:00Z']);
});

test.each(['5', '{', '["a"]', '[["a"]]', '[["a",5]]'])('a storage with %s in it names no photo', async (garbage) => {
  localStorage.setItem('photobridge:in-record', garbage);
  expect([...inRecord()]).toEqual([]);
});

test('the oldest of more than a thousand photos are forgotten', () => {
  for (let n = 0; n <= 1000; n++) noteInRecord(`p${n}`, AT);
  expect([inRecord().size, inRecord().has('p0'), inRecord().has('p1000')]).toEqual([1000, false, true]);
});
