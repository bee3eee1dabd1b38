import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { readQR } from '../browsers/qr.ts';
import type { Stack } from '../stack/stack.ts';
import { completesAll } from './gate.ts';

/** A scan in the inbox of Medtech's double. */
export interface Scan {
  id: string;
  patientId: string;
  title: string;
  description: string;
  contentType: string;
  date: string;
}

/** Patients of Medtech's double and of the SMART server, by the name that a link or a banner shows. */
export const EVOLUTION_PATIENT = 'Marguerite';
export const OTHER_EVOLUTION_PATIENT = 'Tobias';
export const SMART_PATIENT = 'Amara';

const origin = (stack: Stack, offset: number): string => `http://127.0.0.1:${stack.port + offset}`;
const RECORDS = { medtech: [7, '/toolbar'], smart: [8, '/'] } as const;

/** A clinician who opens Photobridge from a record system: the desk page of the gateway. */
export class DeskPage {
  private constructor(readonly page: Page) {}

  /** Clicks the icon of a patient, or with no patient selected. */
  static async launch(
    context: BrowserContext,
    stack: Stack,
    patient: string,
    system: keyof typeof RECORDS = 'medtech',
  ): Promise<DeskPage> {
    const page = await context.newPage();
    const [offset, path] = RECORDS[system];
    await page.goto(origin(stack, offset) + path);
    await page.getByRole('listitem').filter({ hasText: patient }).getByRole('link').click();
    return new DeskPage(page);
  }

  /** Shows the code and returns its link, as a camera reads it. */
  async code(): Promise<string> {
    await this.page.getByTestId('show-code').click();
    let link: string | undefined;
    await expect.poll(async () => (link = readQR(await this.page.screenshot()))).toBeDefined();
    if (link === undefined) throw new Error('no code can be read off the screen');
    return link;
  }

  encounterId(): Promise<string> {
    return this.page.evaluate(
      async () => ((await (await fetch('launch.json')).json()) as { encounterId: string }).encounterId,
    );
  }

  get banner(): Locator {
    return this.page.getByRole('banner');
  }

  get tiles(): Locator {
    return this.page.locator('[data-image-id] img');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Sets site and side of every photo, from the gate. */
  completesAll(): Promise<void> {
    return completesAll(this.page);
  }

  async adds(): Promise<void> {
    await this.button(/^Add \d+ photos? to the record$/).click();
  }
}

/** What is in the inbox, newest first. */
export async function inbox(stack: Stack): Promise<Scan[]> {
  const response = await fetch(`${stack.control}/status.json`);
  return ((await response.json()) as { inbox: Scan[] }).inbox;
}

export async function scanFile(stack: Stack, { id }: Scan): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${stack.control}/inbox/${id}`)).arrayBuffer());
}

export async function emptyInbox(stack: Stack): Promise<void> {
  await fetch(`${stack.control}/inbox`, { method: 'DELETE' });
}
