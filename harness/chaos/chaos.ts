import type { Browser, Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearFaults, inject } from '../faults/faults.ts';
import { Link } from '../faults/link.ts';
import { storedObjects } from '../stack/objects.ts';
import { Phone } from '../people/phone.ts';
import { Session } from '../people/practice.ts';
import type { Stack } from '../stack/stack.ts';

/** A line slow enough for a photo to be on its way when something happens. */
const LINE = { upBitsPerSecond: 3_000_000, downBitsPerSecond: 20_000_000, rttMs: 40 };
const MISHAPS_A_SESSION = 6;
const SHORT_SPELL_MS = 4_000;
const LONG_SPELL_MS = 60_000;
/** A rest, a stall and a circuit's longest wait fit in. */
const SETTLE_MS = 240_000;

/** What became of one session's photos. */
export interface Outcome {
  sent: number;
  arrived: number;
  /** Photos that the desktop has more than once, and objects that nobody knows. */
  doubled: number;
  /** Photos that a page, an engine or a network was lost under. Nobody chooses one again. */
  interrupted: number;
  mishaps: string[];
  /** From Send until the last one arrived. */
  ms: number;
}

/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sends photos while everything goes wrong that the seed says, and lets it stop after a while. */
export async function sendThroughChaos(
  browser: Browser,
  stack: Stack,
  photos: string[],
  seed: number,
): Promise<Outcome> {
  const link = await Link.open(LINE);
  const session = await Session.open(stack);
  const phone = await Phone.scan(browser, session.url, { proxy: link.proxy });
  try {
    await phone.preparesPhotos(photos, 120_000);
    const start = Date.now();
    await phone.button('Send without details').tap();
    const chaos = new Chaos(stack, session, link, phone.page, photos.length, random(seed));
    for (let i = 0; i < MISHAPS_A_SESSION && (await chaos.missing()) > 0; i++) await chaos.strike();
    link.heal();
    await clearFaults(stack);
    await chaos.online(true);
    while ((await chaos.missing()) > 0 && Date.now() - start < SETTLE_MS) await sleep(250);
    const ms = Date.now() - start;
    const images = await session.images();
    const distinct = new Set(images.map(({ sha256 }) => sha256)).size;
    const objects = await storedObjects(stack, session.encounterId);
    return {
      sent: photos.length,
      arrived: distinct,
      ms,
      interrupted: chaos.interrupted,
      mishaps: chaos.struck,
      doubled:
        images.length - distinct + objects.filter(({ key }) => !images.some(({ s3Key }) => s3Key === key)).length,
    };
  } finally {
    await clearFaults(stack);
    await phone.close();
    await link.close();
  }
}

class Chaos {
  readonly struck: string[] = [];
  interrupted = 0;

  constructor(
    private readonly stack: Stack,
    private readonly session: Session,
    private readonly link: Link,
    private page: Page,
    private readonly photos: number,
    private readonly random: () => number,
  ) {}

  /** One mishap, and a while to suffer from it. */
  async strike(): Promise<void> {
    const all = Object.entries(this.#mishaps);
    const [name, happen] = all[Math.floor(this.random() * all.length)] ?? [];
    if (name === undefined || happen === undefined) return;
    this.struck.push(name);
    await happen();
    await sleep(100 + this.random() * 900);
  }

  /** How many photos the session has not got. */
  async missing(): Promise<number> {
    return this.photos - (await persistently(() => this.session.images())).length;
  }

  /** Says to the page what the browser would. */
  async online(online: boolean): Promise<void> {
    await this.page.evaluate((value) => {
      Object.defineProperty(navigator, 'onLine', { configurable: true, value });
      dispatchEvent(new Event(value ? 'online' : 'offline'));
    }, online);
  }

  readonly #mishaps: Record<string, () => Promise<unknown>> = {
    'edge: dropped before': () => this.#suffer(this.stack.edge, 'POST', 'drop-before'),
    'edge: dropped after': () => this.#suffer(this.stack.edge, 'POST', 'drop-after'),
    'edge: answer cut': () => this.#suffer(this.stack.edge, 'POST', 'cut'),
    'edge: 503': () => this.#suffer(this.stack.edge, 'POST', 'status'),
    'Redis: dropped after': () => inject(this.stack, { service: 'redis', effect: 'drop-after', next: this.#few() }),
    'S3: dropped before': () => this.#suffer(this.#storage, 'PUT', 'drop-before'),
    'S3: dropped after': () => this.#suffer(this.#storage, 'PUT', 'drop-after'),
    'S3: reset mid-body': () => this.#suffer(this.#storage, 'PUT', 'cut-upload'),
    'S3: 503': () => inject(this.stack, { service: 's3', route: 'PUT object', effect: 'status', next: this.#few() }),
    'S3: URL expired': () =>
      inject(this.stack, { service: 's3', route: 'PUT object', effect: 'expire', next: this.#few() }),
    'S3: slow': () =>
      inject(this.stack, { service: 's3', route: 'PUT object', effect: 'delay', delayMs: 3_000, next: this.#few() }),
    offline: () => this.#spell(this.random() < 0.1 ? LONG_SPELL_MS : SHORT_SPELL_MS * this.random()),
    'worker killed': () => this.#killWorker(),
    'tab reloaded': () => this.#interrupt(async () => void (await this.page.reload())),
    'tab closed, code scanned again': () => this.#scanAgain(),
  };

  get #storage(): string {
    return this.stack.env.S3_ENDPOINT ?? '';
  }

  #few(): number {
    return 1 + Math.floor(this.random() * 4);
  }

  async #suffer(
    to: string,
    method: string,
    effect: 'drop-before' | 'drop-after' | 'cut' | 'cut-upload' | 'status',
  ): Promise<void> {
    this.link.suffer({ to, method, effect, next: this.#few() });
  }

  async #spell(ms: number): Promise<void> {
    await this.#interrupt(async () => {
      this.link.offline = true;
      await this.online(false);
      await sleep(ms);
      this.link.offline = false;
      await this.online(true);
    });
  }

  async #killWorker(): Promise<void> {
    await this.#interrupt(async () => {
      await Promise.all(
        this.page.workers().map((worker) => worker.evaluate(() => self.close()).catch(() => undefined)),
      );
    });
  }

  async #scanAgain(): Promise<void> {
    await this.#interrupt(async () => {
      const context = this.page.context();
      await this.page.close();
      this.page = await context.newPage();
      await this.page.goto(await persistently(() => this.session.freshUrl()));
    });
  }

  async #interrupt(how: () => Promise<void>): Promise<void> {
    this.interrupted = Math.max(this.interrupted, await this.missing());
    await how();
  }
}

/** The desktop meets the same faults. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(100);
    }
  }
}
