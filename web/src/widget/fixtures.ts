/** Mounts the element on a page, for tests of its screens. The test file replaces `./session/realtime`. */

import { expect, vi } from 'vitest';
import type { Metadata } from '../contract/api';
import type { PhotobridgeWidget } from './index';
import { LAUNCH_TOKEN, listed, type Edge } from './session/fixtures';

/** Repeats an expectation until it holds, because rendering, effects and reading files are asynchronous. */
export const eventually = <T>(holds: () => T): Promise<T> => vi.waitFor(holds, { timeout: 5000, interval: 5 });

/** A mounted element, with methods that look into it. */
export class Mounted {
  private constructor(readonly element: PhotobridgeWidget) {}

  /** Puts the element on the page with photos that have these details, and waits until all are shown. */
  static async with(edge: Edge, details: readonly Metadata[], attributes: Readonly<Record<string, string>> = {}) {
    edge.images = details.map((metadata, index) => listed('abcdef'[index] ?? '0', metadata));
    const element = document.createElement('photobridge-widget');
    for (const [name, value] of Object.entries({ 'api-base': 'https://edge.test', ...attributes }))
      element.setAttribute(name, value);
    element.launchToken = LAUNCH_TOKEN;
    document.body.append(element);
    const mounted = new Mounted(element);
    await eventually(() => expect(element.images.filter(({ file }) => file)).toHaveLength(details.length));
    await eventually(() => expect(mounted.all('.tile')).toHaveLength(details.length));
    return mounted;
  }

  /** Opens the first photo next to another. */
  async compares(): Promise<void> {
    this.find('.tile').click();
    const compare = await eventually(() => this.find('.tool[aria-label=Compare]'));
    compare.click();
    await eventually(() => this.find('.stages.two'));
  }

  all<E extends Element = HTMLElement>(selector: string): E[] {
    return [...(this.element.shadowRoot?.querySelectorAll<E>(selector) ?? [])];
  }

  find<E extends Element = HTMLElement>(selector: string): E {
    const [found] = this.all<E>(selector);
    if (!found) throw new Error(`no ${selector}`);
    return found;
  }

  button(text: string): HTMLButtonElement {
    const found = this.all<HTMLButtonElement>('button').find(({ textContent }) => textContent === text);
    if (!found) throw new Error(`no button ${text}`);
    return found;
  }
}
