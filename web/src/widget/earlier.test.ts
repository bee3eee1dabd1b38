// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bestMatch } from './earlier';
import { eventually, Mounted } from './fixtures';
import type { EarlierPhoto } from './image';
import type { PhotobridgeWidget } from './index';
import { Edge, LAUNCH_TOKEN, launchTokenOf } from './session/fixtures';
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

  test.each([
    ['of another patient', 'token', []],
    ['that the attribute has already', LAUNCH_TOKEN, EARLIER],
  ])('meet a launch token %s over the attribute', (_, token, left) => {
    const element = document.createElement('photobridge-widget');
    element.setAttribute('launch-token', LAUNCH_TOKEN);
    element.earlier = EARLIER;
    element.launchToken = token;
    expect(element.earlier).toEqual(left);
  });
});

/** Resolves when the session is open, as the host hears it. */
function opened(element: PhotobridgeWidget): Promise<unknown> {
  return new Promise((resolve) =>
    element.addEventListener('photobridge-status', ({ detail }) => detail.status === 'open' && resolve(detail)),
  );
}

/** Lets the session expire, and opens it again. */
async function openAgain(element: PhotobridgeWidget): Promise<void> {
  edge.current!.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
  await eventually(() => expect(edge.current!.listeners).toBe(1));
  edge.current!.handlers?.event('image-updated');
  const again = await eventually(() => {
    const button = element.shadowRoot?.querySelector<HTMLButtonElement>('[data-testid=over] button');
    if (!button) throw new Error('not over yet');
    return button;
  });
  const isOpen = opened(element);
  again.click();
  await isOpen;
}

describe('photos of the record, when the session is opened again by a function', () => {
  const FIRST = { patientId: 'pat-2001', facilityId: 'f1' };
  let element: PhotobridgeWidget;

  beforeEach(async () => {
    await import('./index');
    sessionStorage.clear();
    edge.current = new Edge();
    vi.stubGlobal('fetch', edge.current.fetch);
    element = document.createElement('photobridge-widget');
    element.setAttribute('api-base', 'https://edge.test');
    document.body.append(element);
  });

  afterEach(() => {
    element.remove();
    vi.unstubAllGlobals();
  });

  test.each([
    ['stay with their patient', FIRST, EARLIER],
    ['are cleared for another patient', { ...FIRST, patientId: 'pat-2002' }, []],
    ['are cleared for another facility', { ...FIRST, facilityId: 'f2' }, []],
  ])('%s', async (_, claims, left) => {
    const tokens = [launchTokenOf(FIRST), launchTokenOf(claims)];
    const isOpen = opened(element);
    element.launchToken = () => Promise.resolve(tokens.shift() ?? '');
    await isOpen;
    element.earlier = EARLIER;
    await openAgain(element);
    expect(element.earlier).toEqual(left);
  });

  test('are set by a host that hears of the other patient', async () => {
    const tokens = [launchTokenOf(FIRST), launchTokenOf({ patientId: 'pat-2002' })];
    const isOpen = opened(element);
    element.launchToken = () => Promise.resolve(tokens.shift() ?? '');
    await isOpen;
    element.addEventListener('photobridge-status', ({ detail }) => {
      if (detail.status === 'open') element.earlier = EARLIER;
    });
    await openAgain(element);
    expect(element.earlier).toEqual(EARLIER);
  });

  test('that are set right after another launch token stay when its session opens', async () => {
    const first = opened(element);
    element.launchToken = launchTokenOf(FIRST);
    await first;
    const second = opened(element);
    element.launchToken = launchTokenOf({ patientId: 'pat-2002' });
    element.earlier = EARLIER;
    await second;
    expect(element.earlier).toEqual(EARLIER);
  });
});
