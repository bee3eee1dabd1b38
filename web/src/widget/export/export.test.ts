// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, Mounted } from '../fixtures';
import { Edge } from '../session/fixtures';

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('../session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));
const saved: { name: string; href: string }[] = [];

const HAND = { bodySite: 'hand', laterality: 'left' } as const;
const GROIN = { bodySite: 'groin', laterality: 'left', sensitive: true } as const;

let widget: Mounted;

beforeEach(async () => {
  await import('../index');
  sessionStorage.clear();
  edge.current = new Edge();
  vi.stubGlobal('fetch', edge.current.fetch);
  saved.length = 0;
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, href: this.href });
  });
});

afterEach(() => {
  widget.element.remove();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function open(...details: Parameters<typeof Mounted.with>[1]): Promise<void> {
  widget = await Mounted.with(edge.current!, details);
  widget.button('Export…').click();
  await eventually(() => widget.find('.export'));
}

const boxes = (): HTMLInputElement[] => widget.all<HTMLInputElement>('.choices input');

async function timeline(): Promise<string[]> {
  widget.button('Close').click();
  widget.button('Timeline').click();
  await eventually(() => widget.find('.timeline li'));
  return widget.all('.timeline li span').map(({ textContent }) => textContent ?? '');
}

test('one photo is downloaded with a name for filing, and the timeline records it', async () => {
  await open({ ...HAND, captured: { local: '2026-03-04T08:15:00', source: 'camera' } });
  widget.button('Download').click();
  await eventually(() => expect(saved).toHaveLength(1));
  expect(saved[0]?.name).toBe('2026-03-04 left hand 1.jpg');
  await eventually(() => expect(widget.find('.export [role=status]').textContent).toContain('Done'));
  expect(await timeline()).toContain('Photo 1 exported: downloaded');
});

test('sensitive photos are left out unless they are selected', async () => {
  await open(HAND, GROIN, HAND);
  expect(boxes().map(({ checked }) => checked)).toEqual([true, false, true]);
  expect(widget.all('.choices img')).toHaveLength(2);
  widget.button('Download as ZIP').click();
  await eventually(() => expect(saved).toHaveLength(1));
  expect(saved[0]?.name).toMatch(/^2026-03-0\d photos\.zip$/);
  boxes()[1]?.click();
  await eventually(() => expect(boxes().map(({ checked }) => checked)).toEqual([true, true, true]));
  widget.button('Download as ZIP').click();
  await eventually(() => expect(saved).toHaveLength(2));
  const exports = (await timeline()).filter((text) => text.includes('exported'));
  expect(exports).toEqual(['Photos 1, 3 exported: downloaded as ZIP', 'Photos 1, 2, 3 exported: downloaded as ZIP']);
});

test('a practice can forbid exports, including the menu of the browser', async () => {
  widget = await Mounted.with(edge.current!, [HAND], { 'no-export': '' });
  expect(widget.all('button').map(({ textContent }) => textContent)).not.toContain('Export…');
  const menu = new Event('contextmenu', { bubbles: true, cancelable: true });
  widget.find('.tile').dispatchEvent(menu);
  expect(menu.defaultPrevented).toBe(true);
});

test('an export that fails is reported, and the timeline does not record it', async () => {
  await open(HAND);
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    throw new Error('no memory');
  });
  widget.button('Download').click();
  await eventually(() => expect(widget.find('.export [role=status]').textContent).toContain('nothing was exported'));
  expect((await timeline()).some((text) => text.includes('exported'))).toBe(false);
});

test.each([
  ['the originals', false],
  ['small copies', true],
])('of %s: copying and dragging are off: %s', async (_, isSmall) => {
  vi.stubGlobal('ClipboardItem', class {});
  vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ write: vi.fn() } as unknown as Clipboard);
  await open(HAND);
  if (isSmall) widget.find<HTMLInputElement>('.export > .check input').click();
  await eventually(() => expect(widget.button('Copy').disabled).toBe(isSmall));
  const photo = widget.find<HTMLImageElement>('.choices img');
  expect(photo.getAttribute('draggable') === 'true').toBe(!isSmall);
  expect(photo.title).toBe(isSmall ? '' : 'Drag it to a folder or another app');
  expect(widget.find('.export').textContent?.includes('Copy and dragging are off')).toBe(isSmall);
});
