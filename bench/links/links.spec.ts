/**
 * `make bench-links`: a phone on a mobile line, good or poor, and a desktop on
 * the practice's. How long one photo takes from Send until the desktop has
 * painted it, also where the desktop has no better line than the phone; how
 * long 20 take; what a photo costs in requests and Redis commands; and whether
 * the phone's page stays quick meanwhile.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type LaunchOptions, type TestInfo } from '@playwright/test';
import { Desktop, DESKTOP } from '../../harness/people/desktop.ts';
import { redisCommands, resetCounters } from '../../harness/faults/faults.ts';
import { FREE, Link, type Asked, type Shape } from '../../harness/faults/link.ts';
import { storedObjects } from '../../harness/stack/objects.ts';
import { Phone, PHONE } from '../../harness/people/phone.ts';
import { endSessions } from '../../harness/people/practice.ts';
import { makeSkins } from '../../harness/photos/skin.ts';
import { startStack, type Stack } from '../../harness/stack/stack.ts';
import { expect, test } from '../../harness/test.ts';
import type { Links, Through } from './links.ts';

const LINES = {
  good: { upBitsPerSecond: 8_000_000, downBitsPerSecond: 20_000_000, rttMs: 60 },
  poor: { upBitsPerSecond: 1_500_000, downBitsPerSecond: 5_000_000, rttMs: 165 },
} satisfies Record<string, Shape>;
/**
 * The usual plan for homes in New Zealand (Chorus, since December 2021; practices have 500 both ways),
 * and 20 ms to a data centre.
 */
const FIBRE: Shape = { upBitsPerSecond: 100_000_000, downBitsPerSecond: 300_000_000, rttMs: 20 };
/**
 * Nothing on the way is faster: sign, preflight of the PUT, PUT, confirm with its event on the phone's line, list and
 * GET on the desktop's, one after the other. Through the edge there is no preflight.
 */
const ROUND_TRIPS = { phone: { bucket: 4, edge: 3 }, desktop: 2 };
/** A photo is painted within so many times what the lines alone take. */
const PAINTED = 1.2;
/** A tile is on the desktop within two round trips of the phone and so many seconds: sign, and the event. */
const TILE_S = 0.3;
const ENCOUNTER = 'enc-1001';
const RUNS = 3;
const MANY = 20;
const LONG = { timeout: 300_000 };
const out = fileURLToPath(new URL('../out', import.meta.url));
const ones: string[] = [];
const twenties: string[] = [];
const costs: string[] = [];
const figures: Links = { ones: [], twenties: [], costs: [], tasks: [] };
let photos: string[] = [];

test.beforeAll(async ({ browser }, info) => {
  const page = await browser.newPage();
  photos = await makeSkins(page, info.outputPath('photos'), MANY);
  await page.close();
});

test.afterAll(() => {
  const text = [
    `Send pressed → painted on the desktop, seconds; promised: ${PAINTED} × the floor. Tile: until the desktop shows ` +
      `that a photo is coming; promised: 2 RTT + ${TILE_S}.`,
    `The floor is bytes ÷ the phone’s uplink + ${ROUND_TRIPS.phone.bucket} of its RTT (${ROUND_TRIPS.phone.edge} ` +
      `through the edge) + bytes ÷ the desktop’s downlink + ${ROUND_TRIPS.desktop} of its: the desktop can fetch`,
    'a photo only when it is stored, and sign, preflight of the PUT, PUT, confirm with its event, list and GET ' +
      'wait for each other. Without a line it is this machine’s own work.',
    '',
    '| phone | desktop | through | kB | upload | download | floor | promised | measured | tile, promised | tile | ' +
      'from the press to each response, ms |',
    '|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|',
    ...ones,
    '',
    `${MANY} photos chosen and sent at once, seconds; promised: 1.15 × the slower of the two alone.`,
    '',
    '| line | MB | compress all | upload all | promised | measured |',
    '|---|---:|---:|---:|---:|---:|',
    ...twenties,
    '',
    'Requests (phone and desktop together) and Redis commands a photo; promised: 5 and 3, 4.2 requests in a ' +
      'batch of 20.',
    '',
    '| line | photos | requests | preflights | Redis commands | which |',
    '|---|---:|---:|---:|---:|---|',
    ...costs,
    '',
    `Longest task of the phone’s page while ${MANY} photos were compressed and sent, ms; 0: below 50. ` +
      `${figures.tasks.map(({ line, longest }) => `${line}: ${longest.toFixed(0)}`).join('; ')}`,
    '',
  ].join('\n');
  console.log(`\n${text}`);
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/links.md`, text);
  writeFileSync(`${out}/links.json`, JSON.stringify(figures, undefined, 1));
});

const PAIRS: { phone: string; desktop: string; lines: Lines }[] = [
  { phone: 'none', desktop: 'none', lines: [FREE, FREE] },
  ...Object.entries(LINES).flatMap(([name, shape]): { phone: string; desktop: string; lines: Lines }[] => [
    { phone: name, desktop: 'fibre', lines: [shape, FIBRE] },
    { phone: name, desktop: name, lines: [shape, shape] },
  ]),
];

for (const { phone, desktop, lines } of PAIRS) {
  test(`one photo, phone: ${phone}, desktop: ${desktop}`, async ({ stack }, info) => {
    await sendOnes(stack, info, { phone, desktop, lines, through: 'bucket' });
  });
}

test('one photo through the edge', async ({}, info) => {
  const stack = await startStack({ STORAGE_VIA: 'edge' });
  try {
    for (const { phone, desktop, lines } of PAIRS.filter(({ desktop }) => desktop === 'fibre'))
      await sendOnes(stack, info, { phone, desktop, lines, through: 'edge' });
  } finally {
    await stack.stop();
  }
});

/** Sends one photo, several times, each with a new phone and desktop. */
async function sendOnes(
  stack: Stack,
  info: TestInfo,
  { phone, desktop, lines, through }: { phone: string; desktop: string; lines: Lines; through: Through },
): Promise<void> {
  for (const [i, photo] of photos.slice(0, RUNS).entries()) {
    const folder = info.outputPath(`${phone}-${i}`);
    const place = await Place.open(folder, info.project.use.launchOptions, stack, lines);
    await place.ready([photo]);
    await place.count();
    const { seconds, tile, steps } = await place.press();
    costs.push(await place.cost(`${phone}, desktop ${desktop}, through the ${through}`, 1, false));
    const bytes = await storedBytes(stack);
    const [mobile, practice] = lines;
    const [up, down] = [(bytes * 8) / mobile.upBitsPerSecond, (bytes * 8) / practice.downBitsPerSecond];
    const trips = ROUND_TRIPS.phone[through] * mobile.rttMs + ROUND_TRIPS.desktop * practice.rttMs;
    const floor = up + down + trips / 1000;
    const promised = PAINTED * floor;
    const tilePromised = (2 * mobile.rttMs) / 1000 + TILE_S;
    if (mobile !== FREE) {
      const tiles = { promised: tilePromised, seconds: tile };
      figures.ones.push({ phone, desktop, through, floor, promised, seconds, tile: tiles });
    }
    ones.push(
      `| ${phone} | ${desktop} | ${through} | ${(bytes / 1000).toFixed(0)} | ` +
        `${[up, down, floor, promised, seconds, tilePromised, tile].map((one) => one.toFixed(2)).join(' | ')} | ` +
        `${steps} |`,
    );
    await place.close();
  }
}

for (const [name, shape] of Object.entries(LINES)) {
  const uplink = (bytes: number): number => (bytes * 8) / shape.upBitsPerSecond;

  test(`${MANY} photos, line: ${name}`, async ({ stack }, info) => {
    const alone = await Place.open(info.outputPath('alone'), info.project.use.launchOptions, stack, [shape, FIBRE]);
    const chosen = alone.chosen();
    await alone.ready(photos);
    const compress = (Date.now() - (await chosen)) / 1000;
    await alone.count();
    await alone.phone.button('Send without details').tap();
    await expect(alone.desktop.painted).toHaveCount(MANY, LONG);
    costs.push(await alone.cost(`${name}, all prepared`, MANY, true));
    await alone.close();

    const place = await Place.open(info.outputPath('together'), info.project.use.launchOptions, stack, [shape, FIBRE]);
    await place.count();
    const longestTask = await place.watchTasks();
    const start = place.chosen();
    await place.phone.choosesPhotos(photos);
    await place.phone.button('Send without details').tap();
    await place.phone.screen('success').waitFor(LONG);
    const wall = (Date.now() - (await start)) / 1000;
    figures.tasks.push({ line: name, longest: await longestTask() });
    await expect(place.desktop.painted).toHaveCount(MANY, LONG);
    costs.push(await place.cost(`${name}, sent while compressed`, MANY, false));
    const bytes = await storedBytes(stack);
    const promised = 1.15 * Math.max(compress, uplink(bytes));
    figures.twenties.push({ line: name, promised, seconds: wall });
    twenties.push(
      `| ${name} | ${(bytes / 1e6).toFixed(1)} | ${compress.toFixed(1)} | ${uplink(bytes).toFixed(1)} | ` +
        `${promised.toFixed(1)} | ${wall.toFixed(1)} |`,
    );
    await place.close();
  });
}

const storedBytes = async (stack: Stack): Promise<number> =>
  (await storedObjects(stack, ENCOUNTER)).reduce((sum, { bytes }) => sum + bytes.length, 0);

/** The phone's and the desktop's. */
type Lines = [phone: Shape, desktop: Shape];

/** A desktop and a phone that has scanned its code. */
class Place {
  private constructor(
    private readonly stack: Stack,
    private readonly links: [Link, Link],
    readonly desktop: Desktop,
    readonly phone: Phone,
  ) {}

  /** Each with its own profile in `folder`: Chromium opens no connections ahead in private windows. */
  static async open(folder: string, launch: LaunchOptions | undefined, stack: Stack, lines: Lines): Promise<Place> {
    const links: [Link, Link] = [await Link.open(lines[1]), await Link.open(lines[0])];
    const [desk, hand] = await Promise.all([
      chromium.launchPersistentContext(`${folder}/desktop`, { ...launch, ...DESKTOP, proxy: links[0].proxy }),
      chromium.launchPersistentContext(`${folder}/phone`, { ...launch, ...PHONE, proxy: links[1].proxy }),
    ]);
    const desktop = await Desktop.openIn(desk, stack, ENCOUNTER);
    const phone = await Phone.open(hand, await desktop.showsCode());
    await expect(desktop.status).toHaveAttribute('data-connection', 'live', LONG);
    await expect(phone.button('Gallery')).toBeEnabled(LONG);
    return new Place(stack, links, desktop, phone);
  }

  /** Chooses photos and waits until they are prepared. */
  async ready(files: string[]): Promise<void> {
    await this.phone.preparesPhotos(files, LONG.timeout);
  }

  /** When the page is next given files. */
  chosen(): Promise<number> {
    return this.phone.page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          addEventListener('change', () => resolve(Date.now()), { capture: true, once: true }),
        ),
    );
  }

  /** The response holds the longest task of the phone's page from here on, in milliseconds; 0 below 50. */
  async watchTasks(): Promise<() => Promise<number>> {
    const longest = await this.phone.page.evaluateHandle(() => {
      const seen = { duration: 0 };
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.duration = Math.max(seen.duration, duration);
      }).observe({ type: 'longtask' });
      return seen;
    });
    return () => longest.evaluate(({ duration }) => duration);
  }

  /** Presses Send. Returns the seconds until the desktop shows a tile, and the photo, and where they went. */
  async press(): Promise<{ seconds: number; tile: number; steps: string }> {
    const paintedAt = await this.desktop.watchPaints();
    const tileAt = await this.desktop.watchTile();
    const pressedAt = this.phone.page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          addEventListener('click', () => resolve(Date.now()), { capture: true, once: true }),
        ),
    );
    await this.phone.button('Send without details').tap();
    const [end, start, shown] = [await paintedAt(), await pressedAt, await tileAt()];
    const steps = this.links
      .flatMap(({ asked }) => asked)
      .sort((a, b) => a.at - b.at)
      .flatMap((asked) => {
        const kind = this.#kind(asked);
        return kind === undefined ? [] : [`${kind} ${asked.at - start}–${(asked.answeredAt ?? NaN) - start}`];
      });
    return {
      seconds: (end - start) / 1000,
      tile: (shown - start) / 1000,
      steps: [...steps, `painted ${end - start}`].join(', '),
    };
  }

  /** Counts from here on. */
  async count(): Promise<void> {
    for (const link of this.links) link.asked.length = 0;
    await resetCounters(this.stack);
  }

  /** Of so many photos, sent as one batch or each when it was ready. */
  async cost(name: string, count: number, batch: boolean): Promise<string> {
    const commands = await redisCommands(this.stack);
    const redis = Object.values(commands).reduce((sum, n) => sum + n, 0);
    const asked = this.links
      .flatMap(({ asked }) => asked)
      .map((one) => this.#kind(one))
      .filter((kind) => kind !== undefined);
    const preflights = asked.filter((kind) => kind === 'preflight').length;
    const kinds = [...new Set(asked)].map((kind) => `${asked.filter((one) => one === kind).length} ${kind}`);
    figures.costs.push({ name, photos: count, batch, requests: asked.length - preflights, redis });
    const requests = ((asked.length - preflights) / count).toFixed(2);
    const all = Object.entries(commands).map(([command, n]) => `${n} ${command}`);
    const detail = `${kinds.join(', ')}; ${all.join(', ')}`;
    return `| ${name} | ${count} | ${requests} | ${preflights} | ${(redis / count).toFixed(2)} | ${detail} |`;
  }

  /** What a request of the product was for; undefined for the host page's own. */
  #kind({ what }: Asked): string | undefined {
    if (what.startsWith('OPTIONS')) return 'preflight';
    const toStorage = [`${this.stack.env.S3_ENDPOINT}/`, `${this.stack.edge}/storage/`];
    for (const method of ['PUT', 'GET'])
      if (toStorage.some((place) => what.startsWith(`${method} ${place}`))) return method;
    const call = /^(?:GET|POST) .*\/session\/(presigned-url|images|[\w-]+\/realtime)/.exec(what)?.[1];
    return call?.replace('presigned-url', 'sign').replace('images', what.startsWith('GET') ? 'list' : 'confirm');
  }

  async close(): Promise<void> {
    await Promise.all([this.desktop.close(), this.phone.close()]);
    await Promise.all(this.links.map((link) => link.close()));
    // The next one finds an empty session.
    await endSessions(this.stack);
  }
}
