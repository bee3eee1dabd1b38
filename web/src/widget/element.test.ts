// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Image } from '../contract/api';
import type { CommitDetail, PhotobridgeWidget } from './index';
import { Edge, LAUNCH_TOKEN, launchTokenOf, listed } from './session/fixtures';

const TAGGED = { bodySite: 'hand', laterality: 'left' } as const;
const [a, b] = ['a', 'b'].map((id) => id.repeat(32)) as [string, string];

const edge = vi.hoisted(() => ({ current: undefined as Edge | undefined }));
vi.mock('./session/realtime', () => ({
  listen: (access: unknown, handlers: unknown) => edge.current?.realtime(access, handlers as never),
}));

/** Tries until what is expected holds: rendering, effects and reading files take their own time. */
const eventually = <T>(holds: () => T): Promise<T> => vi.waitFor(holds, { timeout: 5000, interval: 5 });

let widget: PhotobridgeWidget;
const find = <E extends Element = HTMLElement>(selector: string): E => {
  const found = widget.shadowRoot?.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector} in ${widget.shadowRoot?.innerHTML ?? ''}`);
  return found;
};
const gateButton = (): HTMLButtonElement => find('.gate button');

beforeEach(async () => {
  await import('./index');
  sessionStorage.clear();
  edge.current = new Edge();
  vi.stubGlobal('fetch', edge.current.fetch);
});

afterEach(() => {
  widget.remove();
  vi.unstubAllGlobals();
});

async function mount(...images: Image[]): Promise<void> {
  edge.current!.images = images;
  widget = document.createElement('photobridge-widget');
  widget.setAttribute('api-base', 'https://edge.test/');
  widget.launchToken = LAUNCH_TOKEN;
  document.body.append(widget);
  await eventually(() => expect(widget.shadowRoot?.querySelectorAll('.tile img')).toHaveLength(images.length));
}

/** Passes the commit event one promise, or none. */
function onCommit(answer?: (detail: CommitDetail) => Promise<unknown>): CommitDetail[] {
  const heard: CommitDetail[] = [];
  widget.addEventListener('photobridge-commit', ({ detail }) => {
    heard.push(detail);
    if (answer) detail.waitUntil(answer(detail));
  });
  return heard;
}

test('nothing but the widget is in its shadow root', async () => {
  await mount(listed('a', TAGGED));
  expect([...(widget.shadowRoot?.childNodes ?? [])].map(({ nodeName }) => nodeName)).toEqual(['DIV']);
});

describe('the gate', () => {
  test('leads to what is missing, with the cursor in it', async () => {
    await mount(listed('a', TAGGED), listed('b', { bodySite: 'hand' }));
    expect(widget.ready).toBe(false);
    expect(gateButton().textContent).toBe('Complete 1 photo');
    gateButton().click();
    await eventually(() => expect(find('.viewer').getAttribute('aria-label')).toBe('Photo 2'));
    await eventually(() =>
      expect(widget.shadowRoot?.activeElement?.closest('[data-field]')?.getAttribute('data-field')).toBe('laterality'),
    );
    find<HTMLInputElement>('[data-field=laterality] input[value=right]').click();
    await eventually(() =>
      expect(edge.current?.images[1]?.metadata).toEqual({ bodySite: 'hand', laterality: 'right' }),
    );
    await eventually(() => expect(gateButton().textContent).toBe('Add 2 photos to the record'));
  });

  test('hands over a transaction and waits for its end', async () => {
    await mount(listed('a', TAGGED));
    let keep = (): void => undefined;
    const heard = onCommit(() => new Promise<void>((resolve) => (keep = resolve)));
    gateButton().click();
    await eventually(() =>
      expect(heard[0]).toMatchObject({
        encounterId: 'enc-1001',
        patientId: 'pat-2001',
        bundle: { type: 'transaction' },
      }),
    );
    expect(gateButton().disabled).toBe(true);
    keep();
    await eventually(() => expect(find('.gate').textContent).toContain('All photos are in the record.'));
    gateButton().click();
    await eventually(() => expect(edge.current?.calls.at(-1)).toBe('DELETE /enc-1001'));
  });

  test.each([
    [
      'a host that refuses',
      () => Promise.reject(new Error('The record is locked.')),
      'Nothing was added to the record: The record is locked.',
    ],
    ['a host that does not listen', undefined, 'the practice system did not respond'],
  ])('says why nothing was kept: %s', async (_, answer, text) => {
    await mount(listed('a', TAGGED));
    onCommit(answer);
    gateButton().click();
    await eventually(() => expect(find('.gate .problem').textContent).toContain(text));
    expect(gateButton().textContent).toBe('Try 1 again');
  });

  test('tries only those again that the record did not take, also after a reload', async () => {
    await mount(listed('a', TAGGED), listed('b', TAGGED));
    const handed: string[][] = [];
    const deliver = ({ detail }: { detail: CommitDetail }): void => {
      handed.push(detail.images.map(({ id }) => id));
      const isFirst = handed.length === 1;
      for (const { image, keep } of detail.photos)
        keep(image.id === b && isFirst ? Promise.reject(new Error('Quota reached.')) : Promise.resolve());
    };
    widget.addEventListener('photobridge-commit', deliver);
    gateButton().click();
    await eventually(() => expect(find('.gate').textContent).toContain('1 photo is not in the record yet.'));
    expect(find(`[data-image-id="${a}"]`).textContent).toContain('In the record');
    widget.remove();
    await mount(listed('a', TAGGED), listed('b', TAGGED));
    widget.addEventListener('photobridge-commit', deliver);
    await eventually(() =>
      expect(find(`[data-image-id="${b}"]`).textContent).toContain('Not in the record: Quota reached.'),
    );
    expect(gateButton().textContent).toBe('Try 1 again');
    gateButton().click();
    await eventually(() => expect(find('.gate').textContent).toContain('All photos are in the record.'));
    expect(handed).toEqual([[a, b], [b]]);
    expect(find(`[data-image-id="${b}"]`).textContent).not.toContain('Not in the record');
  });

  test('photos that arrive beside those that failed are added by themselves or with them', async () => {
    await mount(listed('a', TAGGED));
    onCommit(() => Promise.reject(new Error('Locked.')));
    await widget.commit();
    edge.current?.change([listed('a', TAGGED), listed('b', TAGGED)]);
    edge.current?.handlers?.event('image-uploaded', 2);
    const texts = () => [...(widget.shadowRoot?.querySelectorAll('.gate button') ?? [])].map((one) => one.textContent);
    await eventually(() => expect(texts()).toEqual(['Try 1 again', 'Add 2 photos to the record']));
  });

  test('for a referral names what a lesion lacks, and leads to its view', async () => {
    await mount(listed('a', { ...TAGGED, view: 'overview' }), listed('b', TAGGED));
    expect(widget.ready).toBe(true);
    widget.recordGate = 'referral';
    expect(widget.ready).toBe(false);
    await eventually(() => expect(find('.gaps').textContent).toBe('Left hand: a close-up missing'));
    expect(await widget.commit()).toBe(false);
    gateButton().click();
    await eventually(() => expect(find('.viewer').getAttribute('aria-label')).toBe('Photo 2'));
    find<HTMLInputElement>('[data-field=view] label:nth-child(2) input').click();
    await eventually(() => expect(gateButton().textContent).toBe('Add 2 photos to the record'));
  });

  test('a response that the host did not look at is no success', async () => {
    await mount(listed('a', TAGGED));
    onCommit(() => Promise.resolve(new Response('', { status: 500 })));
    expect(await widget.commit()).toBe(false);
    await eventually(() =>
      expect(find('.gate .problem').textContent).toContain('the record system has a problem (500)'),
    );
  });

  test('garbage in keep loses nothing and adds nothing twice', async () => {
    await mount(listed('a', TAGGED), listed('b', TAGGED));
    const results: unknown[] = ['kept', Promise.resolve()];
    const handed: string[] = [];
    widget.addEventListener('photobridge-commit', ({ detail }) => {
      for (const { image, keep } of detail.photos) {
        handed.push(image.id);
        keep((results.shift() ?? Promise.resolve()) as Promise<unknown>);
      }
    });
    gateButton().click();
    await eventually(() =>
      expect(find(`[data-image-id="${a}"]`).textContent).toContain('did not say what became of it'),
    );
    await eventually(() => expect(gateButton().textContent).toBe('Try 1 again'));
    gateButton().click();
    await eventually(() => expect(find('.gate').textContent).toContain('All photos are in the record.'));
    expect(handed).toEqual([a, b, a]);
  });

  test('a kind and a view that are newer than the widget are shown and recorded as they are', async () => {
    const newer = { ...TAGGED, kind: 'bite', view: 'macro' } as unknown as typeof TAGGED;
    await mount(listed('a', newer));
    const heard = onCommit(() => Promise.resolve());
    expect(await widget.commit()).toBe(true);
    expect(heard[0]?.bundle.entry?.[0]?.resource).toMatchObject({
      view: { text: 'macro' },
      reasonCode: [{ text: 'bite' }],
    });
    find(`[data-image-id="${a}"]`).click();
    await eventually(() => expect(find('.details').textContent).toContain('macro'));
    expect(find('.details').textContent).toContain('bite');
  });

  test('waitUntil is for listeners only', async () => {
    await mount(listed('a', TAGGED));
    const heard = onCommit(() => Promise.resolve());
    expect(await widget.commit()).toBe(true);
    expect(() => heard[0]?.waitUntil(Promise.resolve())).toThrow('while photobridge-commit is dispatched');
  });

  test('ends the session by itself where the host wants that', async () => {
    await mount(listed('a', TAGGED));
    widget.endOnCommit = true;
    onCommit(() => Promise.resolve());
    await widget.commit();
    expect(edge.current?.calls.at(-1)).toBe('DELETE /enc-1001');
    await eventually(() => expect(find('[data-testid=over]').textContent).toContain('This session has ended'));
  });

  test('asks for the forms that the host wants', async () => {
    await mount(listed('a', { ...TAGGED, consentAt: '2026-03-04T09:00:00Z' }));
    const heard = onCommit(() => Promise.reject(new Error('Locked.')));
    const written = async (): Promise<(string | undefined)[] | undefined> => {
      await widget.commit();
      return heard.at(-1)?.bundle.entry?.map(({ resource }) => resource?.resourceType);
    };
    expect(await written()).toEqual(['Consent', 'Media']);
    widget.recordForm = 'DocumentReference';
    widget.attachment = 'binary';
    widget.recordConsent = 'note';
    widget.recordProvenance = 'resource';
    expect(await written()).toEqual(['Binary', 'DocumentReference', 'Provenance']);
    widget.recordConsent = 'off';
    await written();
    expect(JSON.stringify(heard.at(-1)?.bundle)).not.toContain('Consent');
  });
});

describe('details', () => {
  test.each<[string, string, Image['metadata']]>([
    ['a site without sides sets the side', 'nose', { bodySite: 'nose', laterality: 'na' }],
    ['no site, on purpose, is complete', 'none', { laterality: 'na' }],
    ['a sided site leaves the side open', 'foot', { bodySite: 'foot' }],
  ])('%s', async (_, site, details) => {
    await mount(listed('a'));
    gateButton().click();
    const select = await eventually(() => find<HTMLSelectElement>('[data-field=bodySite]'));
    select.value = site;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    expect(widget.images[0]?.details).toEqual(details);
  });

  test('of one photo serve for all that have none', async () => {
    await mount(listed('a', TAGGED), listed('b'), listed('c', { laterality: 'right' }));
    find(`[data-image-id="${a}"]`).click();
    const buttons = await eventually(() => [...find('.details').querySelectorAll('button')]);
    buttons.find(({ textContent }) => textContent === 'Use site and side for 1 more photo')?.click();
    await eventually(() =>
      expect(edge.current?.images.map(({ metadata }) => metadata)).toEqual([TAGGED, TAGGED, { laterality: 'right' }]),
    );
  });

  test('of a committed photo can only be read', async () => {
    await mount(listed('a', TAGGED));
    onCommit(() => Promise.resolve());
    await widget.commit();
    find(`[data-image-id="${a}"]`).click();
    await eventually(() => expect(find('.details').textContent).toContain('In the record since'));
    expect(find('.details').querySelector('select, input, button')).toBeNull();
  });
});

test('a removed photo can be brought back from where it was', async () => {
  await mount(listed('a', TAGGED), listed('b', TAGGED));
  find(`[data-image-id="${a}"]`).click();
  (await eventually(() => find('.danger'))).click();
  await eventually(() => expect(find('.viewer').getAttribute('aria-label')).toBe('Photo 2'));
  expect(widget.images.map(({ id }) => id)).toEqual([b]);
  find('.removed button').click();
  expect(widget.images.map(({ id }) => id)).toEqual([a, b]);
});

test('another launch token: nothing of the first encounter is left, on the screen or in memory', async () => {
  await mount(listed('a', TAGGED));
  const revoked = vi.spyOn(URL, 'revokeObjectURL');
  widget.launchToken = () => new Promise(() => undefined);
  expect(widget.shadowRoot?.querySelector('[data-image-id]') ?? null).toBeNull();
  expect(widget.images).toEqual([]);
  expect(revoked).toHaveBeenCalledOnce();
  expect(edge.current?.listeners).toBe(0);
});

test('what only this screen holds is counted, until it is in the record', async () => {
  await mount(listed('a', TAGGED), listed('b'));
  expect(widget.unsaved).toBe(0);
  edge.current!.trouble = { call: /GET/, code: 'session_expired', status: 404, times: 1 };
  edge.current!.handlers?.event('image-updated');
  await eventually(() => expect(widget.unsaved).toBe(2));
  find(`[data-image-id="${b}"]`).click();
  (await eventually(() => find('.danger'))).click();
  expect(widget.unsaved).toBe(1);
  onCommit(() => Promise.resolve());
  await widget.commit();
  expect(widget.unsaved).toBe(0);
});

test('the timeline lists what happened', async () => {
  await mount(listed('a', TAGGED));
  find('header .plain').click();
  const stories = await eventually(() => [...find('.timeline ol').querySelectorAll('li span')]);
  expect(stories.map(({ textContent }) => textContent)).toEqual(['Photo 1 arrived', 'Opened on this desktop']);
});

describe('whose photos', () => {
  const named = (claims: Parameters<typeof launchTokenOf>[0]): Promise<string> => {
    widget.launchToken = launchTokenOf(claims);
    return eventually(() => find('[data-testid=patient] bdi').textContent);
  };

  test('is shown next to the code and next to the commit button', async () => {
    await mount(listed('a', TAGGED));
    find('[data-testid=show-code]').click();
    await eventually(() => expect(find('.code [data-testid=patient]').textContent).toBe('For Test Patient'));
    expect(find('.gate [data-testid=patient]').textContent).toBe('Into the record of Test Patient');
  });

  test.each([
    ['no label', { patientId: 'pat-2001' }, 'Patient pat-2001'],
    ['an empty label', { patientId: 'pat-2001', patientLabel: ' ' }, 'Patient pat-2001'],
    ['a label that turns the text around', { patientId: 'p', patientLabel: '\u202EAnn\u2069' }, 'Ann'],
  ])('with %s', async (_, claims, name) => {
    await mount(listed('a', TAGGED));
    expect(await named(claims)).toBe(name);
  });
});

describe('ending', () => {
  async function done(): Promise<void> {
    await mount(listed('a', TAGGED));
    onCommit(() => Promise.resolve());
    await widget.commit();
    await eventually(() => expect(gateButton().textContent).toBe('End session'));
  }

  test('asks when photos arrived since, and keeps them where they are', async () => {
    await done();
    edge.current?.change([...edge.current.images, listed('b', TAGGED)]);
    gateButton().click();
    const question = await eventually(() => find('[data-testid=end-question]'));
    expect(question.textContent).toContain('1 photo arrived since.');
    expect(widget.shadowRoot?.activeElement?.textContent).toBe('Keep it open');
    find('[data-testid=end-question] .primary').click();
    await eventually(() => expect(widget.shadowRoot?.querySelector('[data-testid=end-question]')).toBeNull());
    expect(edge.current?.ended).toBe(false);
    expect(widget.images.map(({ id }) => id)).toEqual([a, b]);
  });

  test('by a commit that ends the session asks too, and ends it anyway', async () => {
    await mount(listed('a', TAGGED));
    widget.endOnCommit = true;
    onCommit(() => Promise.resolve());
    edge.current!.expected = [{ imageId: b, phoneId: 'p', reservedAt: new Date().toISOString() }];
    await widget.commit();
    const question = await eventually(() => find('[data-testid=end-question]'));
    expect(question.textContent).toContain('A phone is still sending 1 photo.');
    find('[data-testid=end-question] .danger').click();
    await eventually(() => expect(edge.current?.ended).toBe(true));
  });
});

describe('the link to the code', () => {
  test.each([
    ['may not be copied', { writeText: () => Promise.reject(new DOMException('', 'NotAllowedError')) }],
    ['cannot be copied', undefined],
  ])('%s: it is there to copy by hand', async (_, clipboard) => {
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue(clipboard as unknown as Clipboard);
    await mount();
    await eventually(() => expect(find<HTMLButtonElement>('[data-testid=show-code]').disabled).toBe(false));
    find('[data-testid=show-code]').click();
    const buttons = await eventually(() => [...find('.code').querySelectorAll('button')]);
    buttons.find(({ textContent }) => textContent === 'Copy link')?.click();
    const field = await eventually(() => find<HTMLInputElement>('[data-testid=link]'));
    expect(field.value).toBe('https://edge.test/mobile#t=t');
  });
});

describe('a photo on its way', () => {
  const SENT = { imageId: b, phoneId: 'p', reservedAt: new Date(Date.now() - 90_000).toISOString() };
  const phone = (lastSeenMs: number, removed = false) => ({
    phoneId: 'p',
    name: 'iPhone, Safari',
    joinedAt: SENT.reservedAt,
    lastSeenAt: new Date(Date.now() - lastSeenMs).toISOString(),
    removed,
  });

  test.each([
    ['of a phone that is there', phone(5_000), 'On its way'],
    ['of a phone that fell silent', phone(60_000), 'The phone is offline. It continues automatically.'],
    ['of a phone that was removed', phone(5_000, true), 'This phone was removed. The photo will not arrive.'],
  ])('%s has a tile that says so', async (_, from, text) => {
    edge.current!.phones = [from];
    edge.current!.expected = [SENT];
    await mount();
    await eventually(() => expect(find(`[data-expected-id="${b}"]`).textContent).toBe(`${text}iPhone, Safari`));
    edge.current!.expected = [];
    edge.current?.change([listed('b')]);
    edge.current?.handlers?.event('image-uploaded', edge.current.revision);
    await eventually(() => expect(find('.tile').getAttribute('data-image-id')).toBe(b));
    expect(widget.shadowRoot?.querySelectorAll('.tile')).toHaveLength(1);
  });
});

describe('the phones', () => {
  const at = new Date().toISOString();
  const joined = (id: string, name: string, change = {}) => ({
    phoneId: id,
    name,
    joinedAt: at,
    lastSeenAt: at,
    ...change,
  });
  const labelled = (label: string) => find<HTMLElement>(`[aria-label="${label}"]`);

  test('are listed with what they do, and one is removed after a second press', async () => {
    edge.current!.phones = [
      joined('p', 'iPhone, Safari'),
      joined('q', 'Android, Chrome'),
      joined('r', '', { removed: true }),
    ];
    edge.current!.expected = [1, 2, 3].map((n) => ({ imageId: String(n).repeat(32), phoneId: 'q', reservedAt: at }));
    await mount();
    const list = await eventually(() => find('[data-testid=phones]'));
    expect(list.querySelector('summary')?.textContent).toBe('Phones (2)');
    const [first, second, third] = [...list.querySelectorAll('li')].map((item) => item.textContent);
    expect(first).toMatch(/^iPhone, SafariJoined .* · Last seen/);
    expect(second).toMatch(/^Android, ChromeJoined .* · 3 photos on their way · Last seen/);
    expect(third).toBe('PhoneRemoved');
    labelled('Not your phone? Remove iPhone, Safari').click();
    await eventually(() => expect(find('.phones .danger').textContent).toBe('Remove'));
    expect(edge.current!.calls).not.toContain('DELETE /enc-1001/phones/p');
    find('.phones .danger').click();
    await eventually(() => expect(edge.current!.calls).toContain('DELETE /enc-1001/phones/p'));
  });

  test('keep the focus while one is asked about, kept and removed', async () => {
    const focused = () => widget.shadowRoot?.activeElement?.textContent;
    const ask = (): void => labelled('Not your phone? Remove iPhone, Safari').click();
    edge.current!.phones = [joined('p', 'iPhone, Safari')];
    await mount();
    await eventually(ask);
    await eventually(() => expect(focused()).toBe('Keep'));
    find('.phones .danger + button').click();
    await eventually(() => expect(focused()).toBe('Not your phone? Remove it'));
    ask();
    await eventually(() => find('.phones .danger').focus());
    edge.current!.phones = [joined('p', 'iPhone, Safari', { removed: true })];
    edge.current!.revision++;
    edge.current!.handlers?.event('image-updated');
    await eventually(() => expect(focused()).toBe('Phones (0)'));
  });

  async function type(number: string): Promise<void> {
    const field = await eventually(() => find<HTMLInputElement>('[data-testid=admit] input'));
    field.value = number;
    find('[data-testid=admit]').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  }

  test('one that waits joins by its number', async () => {
    edge.current!.phones = [joined('p', 'iPhone, Safari', { waiting: true })];
    await mount();
    await type('42');
    await eventually(() => expect(widget.shadowRoot?.querySelector('[data-testid=admit]')).toBeNull());
    expect(find('.phones li').textContent).toMatch(/Joined/);
  });

  test('three wrong numbers invalidate the code, and it says so', async () => {
    edge.current!.phones = [joined('p', 'iPhone, Safari', { waiting: true })];
    await mount();
    for (const wrong of [1, 2]) {
      await type('13');
      await eventually(() => expect(edge.current!.wrong).toBe(wrong));
      await eventually(() => expect(find('[data-testid=admit]').textContent).toContain('No phone shows this number.'));
      await eventually(() => expect(find<HTMLButtonElement>('[data-testid=admit] button').disabled).toBe(false));
    }
    await type('13');
    await eventually(() => expect(find('.problem').textContent).toContain('the code no longer works'));
  });
});

describe.each(['notes', 'label'] as const)('what is typed as %s', (name) => {
  const sent = (): string | undefined => edge.current?.images[0]?.metadata[name];
  const field = () => find<HTMLInputElement | HTMLTextAreaElement>(`[data-field=${name}]`);

  beforeEach(async () => {
    await mount(listed('a', TAGGED));
    find(`[data-image-id="${a}"]`).click();
    await eventually(field);
    field().value = 'heal';
    field().dispatchEvent(new Event('input', { bubbles: true }));
  });

  test.each<[string, () => void]>([
    ['the field loses the focus', () => field().dispatchEvent(new Event('blur'))],
    ['the viewer closes', () => find<HTMLDialogElement>('.viewer').close()],
    ['the page goes', () => window.dispatchEvent(new Event('pagehide'))],
  ])('is sent when %s', async (_, leave) => {
    leave();
    await eventually(() => expect(sent()).toBe('heal'));
  });

  test('stays in the field when a photo arrives', async () => {
    edge.current?.change([...edge.current.images, listed('b', TAGGED)]);
    edge.current?.handlers?.event('image-uploaded');
    await eventually(() => expect(widget.shadowRoot?.querySelectorAll('.tile')).toHaveLength(2));
    expect(field().value).toBe('heal');
  });
});

test.each([
  ['forbidden', 403, 'This page may not see photos of this encounter. Ask your IT support.'],
  ['encounter_mismatch', 409, 'This encounter has a session of another patient. End that one first.'],
])("an opening that is refused (%s) says so in the widget's own words", async (code, status, text) => {
  edge.current!.trouble = { call: /create/, code, status, times: 1 };
  await mount();
  await eventually(() => expect(find('[data-testid=over]').textContent).toContain(text));
  expect(widget.shadowRoot?.textContent).not.toContain('refused:');
});

test('a practice system that gives no launch token is named as the cause', async () => {
  await mount();
  const heard: string[] = [];
  widget.addEventListener('photobridge-error', ({ detail }) => heard.push(detail.code));
  widget.launchToken = () => Promise.reject(new Error('no'));
  await eventually(() =>
    expect(find('[data-testid=over]').textContent).toContain('The practice system refused this page'),
  );
  expect(heard).toEqual(['launch_failed']);
});

describe('the language', () => {
  test('changes with the attribute, loaded on demand, and the session stays', async () => {
    await mount(listed('a', TAGGED));
    const opened = edge.current!.calls.length;
    widget.setAttribute('locale', 'ar-XB');
    await eventually(() => expect(find('[dir]').dir).toBe('rtl'));
    expect(find('h2').textContent).toBe('⟦\u202eClinical photos\u202c⟧');
    expect(find('.tile .place').textContent).toContain('Hand'.toLowerCase());
    widget.setAttribute('locale', 'en-NZ');
    await eventually(() => expect(find('[lang]').lang).toBe('en'));
    expect(find('h2').textContent).toBe('Clinical photos');
    expect(edge.current!.calls.length).toBe(opened);
  });

  test('is in every text and label, wherever one looks', async () => {
    await mount(listed('a', TAGGED), listed('b', { bodySite: 'elbow' }));
    widget.setAttribute('locale', 'en-XA');
    await eventually(() => expect(find('[lang]').lang).toBe('en-XA'));
    expect(hardWired(), 'the card').toEqual([]);
    find<HTMLButtonElement>('[data-testid=show-code]').click();
    await eventually(() => find('[data-testid=typed-code]'));
    expect(hardWired(), 'the code').toEqual([]);
    for (const [name, opener] of [
      ['the timeline', 'header button.plain'],
      ['the export', 'header button.plain:nth-of-type(2)'],
      ['the viewer', '.tile'],
    ] as const) {
      find<HTMLButtonElement>(opener).click();
      await eventually(() => find('dialog'));
      expect(hardWired(), name).toEqual([]);
      find('dialog').dispatchEvent(new Event('close'));
      await eventually(() => expect(widget.shadowRoot?.querySelector('dialog')).toBeNull());
    }
  });
});

/** Words on the screen or read out by it that are in no catalogue; times are the browser's. */
function hardWired(): string[] {
  const elements = [...(widget.shadowRoot?.querySelectorAll('*') ?? [])];
  const labels = elements.flatMap((element) =>
    ['aria-label', 'aria-description', 'placeholder', 'title', 'alt'].map((name) => element.getAttribute(name) ?? ''),
  );
  const texts = elements
    .filter((element) => !element.closest('time, code, bdi, style, .patient strong'))
    .flatMap(({ childNodes }) => [...childNodes].filter(({ nodeType }) => nodeType === 3));
  return [...labels, ...texts.map(({ textContent }) => textContent ?? '')].filter((text) =>
    /\p{L}{3}/u.test(text.replace(/⟦[^⟦⟧]*(⟦[^⟧]*⟧[^⟦⟧]*)*⟧/g, '')),
  );
}
