// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bestMatch } from './earlier';
import { eventually, Mounted } from './fixtures';
import type { EarlierPhoto } from './image';
import { Edge, launchTokenOf } from './session/fixtures';
import type { Shown } from './viewer/Stage';

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('./session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));

const HAND = { bodySite: 'hand', laterality: 'left' } as const;
const EARLIER: readonly EarlierPhoto[] = [
  { url: 'blob:old', time: '2024-11-30', ...HAND },
  { url: 'blob:new', time: '2025-12-31T23:30:00+13:00', ...HAND },
  { url: 'blob:nose', time: '2026-01-01', bodySite: 'nose', laterality: 'na' },
];

describe('the photo to compare with', () => {
  const shown = (id: string, details: Shown['details']): Shown => ({ id, details, name: id });
  const [hand, nose] = [shown('hand', HAND), shown('nose', { bodySite: 'nose', laterality: 'na' })];

  test.each<[string, Shown, Shown[], Shown | undefined, string | undefined]>([
    ['is the earlier one of its place', shown('now', HAND), [nose, hand], shown('next', {}), 'hand'],
    ['is the next one where no place is the same', shown('now', HAND), [nose], shown('next', {}), 'next'],
    [
      'is not guessed where no place is recorded',
      shown('now', {}),
      [shown('placeless', {})],
      shown('next', {}),
      'next',
    ],
    ['is any earlier one where there is no other', shown('now', HAND), [nose], undefined, 'nose'],
    ['may not be there', shown('now', HAND), [], undefined, undefined],
  ])('%s', (_, image, earlier, next, id) => {
    expect(bestMatch(image, earlier, next)?.id).toBe(id);
  });
});

describe('photos of the record', () => {
  let widget: Mounted;

  beforeEach(async () => {
    await import('./index');
    sessionStorage.clear();
    edge.current = new Edge();
    vi.stubGlobal('fetch', edge.current.fetch);
    widget = await Mounted.with(edge.current, [HAND]);
    widget.element.earlier = EARLIER;
  });

  afterEach(() => {
    widget.element.remove();
    vi.unstubAllGlobals();
  });

  test('are offered next to the one of today, by the day that was written, the same place first', async () => {
    await widget.compares();
    expect(widget.all('.stage img').map((image) => image.getAttribute('src'))).toEqual([
      expect.stringMatching(/^blob:/),
      'blob:new',
    ]);
    expect(
      widget
        .all('option')
        .filter((one) => one.closest('optgroup'))
        .map((one) => one.textContent),
    ).toEqual([
      expect.stringMatching(/^Record, .*2026.*: Nose$/),
      expect.stringMatching(/^Record, .*31.*2025.*: Left hand$|^Record, .*2025.*31.*: Left hand$/),
      expect.stringMatching(/2024.*: Left hand$/),
    ]);
  });

  test('lie over the one of today, uncovered by a slider', async () => {
    await widget.compares();
    widget.button('Overlay').click();
    const slider = await eventually(() => widget.find<HTMLInputElement>('.wipe input'));
    slider.value = '20';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await eventually(() => expect(widget.find('.upper').getAttribute('style')).toContain('80%'));
    expect(widget.find('.upper img').getAttribute('src')).toBe('blob:new');
  });

  test('go with their patient', () => {
    widget.element.launchToken = launchTokenOf({ patientId: 'pat-2002' });
    expect(widget.element.earlier).toEqual([]);
    widget.element.setAttribute('launch-token', 'a');
    widget.element.earlier = EARLIER;
    widget.element.setAttribute('launch-token', 'b');
    expect(widget.element.earlier).toEqual([]);
  });
});
