import { serveFalsified } from '../faults/falsified.ts';
import type { Stack } from '../stack/stack.ts';
import type { Driver } from './driver.ts';
import type { Canvas } from './engine.ts';
import { engineScript, start } from './enginepage.ts';

/** A photo as it would be sent, or the code of its refusal. */
export type Made = { jpeg: Buffer; width: number; height: number } | { code: string };

/** The engine's worker alone in any browser, with a correct canvas or a falsified one. */
export class Lab {
  private constructor(
    private readonly driver: Driver,
    private readonly release: () => Promise<void>,
  ) {}

  static async open(driver: Driver, stack: Stack, canvas: Canvas): Promise<Lab> {
    const script = engineScript();
    const served = canvas === 'falsified' ? await serveFalsified(stack.edge, script) : undefined;
    // A file of the edge that contains no script.
    await driver.open(`${served?.origin ?? stack.edge}/icons/icon.svg`);
    await driver.run(start, `/assets/${script}`);
    return new Lab(driver, async () => served?.close());
  }

  async compress(file: Buffer): Promise<Made> {
    const made = await this.driver.run(async (base64) => {
      const id = window.engine.add(base64);
      try {
        return await window.engine.result(id);
      } catch (error) {
        return { code: (error as Error).message };
      } finally {
        window.engine.remove(id);
      }
    }, file.toString('base64'));
    return 'code' in made ? made : { ...made, jpeg: Buffer.from(made.base64, 'base64') };
  }

  close(): Promise<void> {
    return this.release();
  }
}
