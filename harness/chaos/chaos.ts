import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from '@playwright/test';
import { clearFaults } from '../faults/faults.ts';
import { Link } from '../faults/link.ts';
import { Phone } from '../people/phone.ts';
import { ENCOUNTERS, endSessions, PATIENT, Session } from '../people/practice.ts';
import type { Stack } from '../stack/stack.ts';
import { HostPage } from './hostpage.ts';
import { Ledger } from './ledger.ts';
import { Mishaps } from './mishaps.ts';
import { random } from './random.ts';

/** A network so slow that a photo is still on its way when something happens. */
const LINE = { upBitsPerSecond: 3_000_000, downBitsPerSecond: 20_000_000, rttMs: 40 };
const MISHAPS_A_SESSION = 8;
/** Longer than a rest, a stall and a circuit's longest wait together. */
const SETTLE_MS = 240_000;
const PREPARED_MS = 120_000;
/** Photos of the second batch. */
const SECOND = 2;
/** Photos of the other patient in the second tab. */
const OTHERS = 2;
/** A photo that was sent without being asked for would have arrived by then. */
const WATCH_MS = 3_000;

/** The result for one session's photos. */
export interface Outcome {
  sent: number;
  missing: number;
  interrupted: number;
  mishaps: string[];
  /** The rules that were broken, each with a count. */
  broken: string[];
  /** From Send until the last photo arrived. */
  ms: number;
}

/**
 * Sends two batches of photos through the faults that the seed says, while the
 * session is open in a practice system. Another patient's photos go from a
 * second tab of the same phone. The worker dies between the batches.
 */
export async function sendThroughChaos(
  browser: Browser,
  stack: Stack,
  photos: readonly string[],
  seed: number,
): Promise<Outcome> {
  const numbers = random(seed);
  const link = await Link.open(LINE);
  const [encounterId] = ENCOUNTERS;
  await endSessions(stack);
  const host = await HostPage.open(browser, stack, encounterId);
  const [ledger, other] = [
    new Ledger(await Session.open(stack, PATIENT, encounterId), numbers),
    new Ledger(await Session.open(stack, 'Tobias Wren, 02.11.1988'), numbers),
  ];
  const phone = await Phone.scan(browser, ledger.session.url, { proxy: link.proxy });
  try {
    const first = photos.slice(0, -SECOND || undefined);
    await phone.preparesPhotos(first, PREPARED_MS);
    const tab = await Phone.open(phone.page.context(), other.session.url);
    await tab.preparesPhotos(photos.slice(0, OTHERS), PREPARED_MS);
    const start = Date.now();
    await tab.taps('Send without details');
    await phone.page.bringToFront();
    await phone.taps('Send without details');
    [ledger.sent, other.sent] = [first.length, Math.min(OTHERS, photos.length)];

    const mishaps = new Mishaps(stack, ledger, link, host, phone, numbers);
    for (let i = 0; i < MISHAPS_A_SESSION && (await ledger.missing()) > 0; i++) await mishaps.strike();
    link.heal();
    await clearFaults(stack);
    await mishaps.online(true);
    await settled([ledger, other]);
    const ms = Date.now() - start;
    const early = await secondBatch(mishaps, ledger, photos.slice(first.length));
    await settled([ledger, other]);
    return {
      sent: ledger.sent + other.sent,
      missing: Math.max(0, await ledger.missing()) + Math.max(0, await other.missing()),
      ms,
      interrupted: mishaps.interrupted,
      mishaps: mishaps.struck,
      broken: [...early, ...(await ledger.broken(stack)), ...(await other.broken(stack))],
    };
  } finally {
    await clearFaults(stack);
    await Promise.all([phone.close(), host.close()]);
    await link.close();
  }
}

/** Chooses more photos, kills the worker, and only then presses Send. */
async function secondBatch(mishaps: Mishaps, ledger: Ledger, photos: readonly string[]): Promise<string[]> {
  if (photos.length === 0) return [];
  await mishaps.phone.page.goto(await ledger.session.freshUrl());
  await mishaps.phone.preparesPhotos(photos, PREPARED_MS);
  const before = await ledger.missing();
  await mishaps.killWorker();
  await sleep(WATCH_MS);
  const left = before - (await ledger.missing());
  await mishaps.phone.taps('Send without details');
  ledger.sent += photos.length;
  return left > 0 ? [`nothing leaves before Send: ${left}`] : [];
}

/** Waits until every photo and every correction has arrived, up to a limit. */
async function settled(ledgers: readonly Ledger[]): Promise<void> {
  const start = Date.now();
  for (const ledger of ledgers) {
    while (!(await ledger.isComplete()) && Date.now() - start < SETTLE_MS) await sleep(250);
  }
}
