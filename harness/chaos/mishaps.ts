import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from '../faults/faults.ts';
import type { Link, Mishap } from '../faults/link.ts';
import { Phone } from '../people/phone.ts';
import type { Stack } from '../stack/stack.ts';
import type { HostPage } from './hostpage.ts';
import type { Ledger } from './ledger.ts';
import { persistently } from './persistently.ts';

const SHORT_SPELL_MS = 4_000;
const LONG_SPELL_MS = 60_000;
/** If a screen changes, it does so sooner. */
const TURNED = { timeout: 2_000 };
/** By then, the journal has what was typed. */
const WRITTEN_MS = 1_000;

/** What goes wrong with a phone, its network and the services, and what the desktop does meanwhile. */
export class Mishaps {
  readonly struck: string[] = [];
  /** Photos that lost a page, a worker or a network. They are not selected again. */
  interrupted = 0;

  constructor(
    private readonly stack: Stack,
    private readonly ledger: Ledger,
    private readonly link: Link,
    private readonly host: HostPage,
    public phone: Phone,
    private readonly random: () => number,
  ) {}

  /** Does one random thing, and lets some time pass. */
  async strike(): Promise<void> {
    const all = Object.entries(this.#all);
    const [name, happen] = all[Math.floor(this.random() * all.length)] ?? [];
    if (name === undefined || happen === undefined) return;
    this.struck.push(name);
    await happen();
    await sleep(100 + this.random() * 900);
  }

  /** Sets what the browser reports to the page about its network. */
  async online(online: boolean): Promise<void> {
    await this.phone.page.evaluate((value) => {
      Object.defineProperty(navigator, 'onLine', { configurable: true, value });
      dispatchEvent(new Event(value ? 'online' : 'offline'));
    }, online);
  }

  async killWorker(): Promise<void> {
    await this.#interrupt(async () => {
      await Promise.all(
        this.phone.page.workers().map((worker) => worker.evaluate(() => self.close()).catch(() => undefined)),
      );
    });
  }

  readonly #all: Record<string, () => Promise<unknown>> = {
    'edge: dropped before': () => this.#suffer(this.stack.edge, 'POST', 'drop-before'),
    'edge: dropped after': () => this.#suffer(this.stack.edge, 'POST', 'drop-after'),
    'edge: response cut': () => this.#suffer(this.stack.edge, 'POST', 'cut'),
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
    'worker killed': () => this.killWorker(),
    'tab reloaded': () => this.#interrupt(async () => void (await this.phone.page.reload())),
    'tab closed, code scanned again': () => this.#scanAgain(),
    'removed on the desktop': () => this.ledger.remove(),
    'corrected on the desktop': () => this.ledger.correct(),
    'removed, and the host page goes': () => this.host.removes(this.ledger),
    'corrected, and the host page goes': () => this.host.corrects(this.ledger),
    'corrected on the phone after Send': () => this.#remark(),
  };

  get #storage(): string {
    return this.stack.env.S3_ENDPOINT ?? '';
  }

  #few(): number {
    return 1 + Math.floor(this.random() * 4);
  }

  async #suffer(to: string, method: string, effect: Mishap['effect']): Promise<void> {
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

  /** Goes back from photos on their way, writes a note on one of them, and sends them again. */
  async #remark(): Promise<void> {
    const { page } = this.phone;
    if (!(await this.phone.screen('uploading').isVisible())) return;
    await page.goBack();
    const details = this.phone.button('Add details');
    const turned = await details.tap(TURNED).then(
      () => true,
      () => false, // the last photo has arrived
    );
    if (!turned) return;
    const notes = `note ${Math.floor(this.random() * 1e9)}`;
    const imageId = await page.evaluate(writeNotes, notes);
    if (imageId !== undefined) this.ledger.noteRemark(imageId, notes);
    await sleep(WRITTEN_MS);
    await this.phone
      .button('Send now')
      .tap(TURNED)
      .catch(() => undefined);
  }

  async #scanAgain(): Promise<void> {
    await this.#interrupt(async () => {
      const context = this.phone.page.context();
      await this.phone.page.close();
      this.phone = await Phone.open(context, await persistently(() => this.ledger.session.freshUrl()));
    });
  }

  async #interrupt(how: () => Promise<void>): Promise<void> {
    this.interrupted = Math.max(this.interrupted, await this.ledger.missing());
    await how();
  }
}

/** Runs in the page, in one task, because the screen shows the next photo once this one has arrived. */
function writeNotes(text: string): string | undefined {
  const photo = document.querySelector<HTMLElement>('[data-photo-id]');
  const notes = document.querySelector<HTMLTextAreaElement>('#notes');
  if (!photo || !notes) return undefined;
  notes.value = text;
  notes.dispatchEvent(new Event('input', { bubbles: true }));
  return photo.dataset.photoId;
}
