import type { Sight } from './sight.ts';

/** A browser with one page, and as much of it as a person's hands and eyes take. */
export interface Driver {
  open(url: string): Promise<void>;
  /** What is seen of this, each with its words. */
  look(sight: Sight): Promise<string[]>;
  /** Waits until it can be pressed, and presses it with trusted input. */
  press(sight: Sight): Promise<void>;
  type(sight: Sight, text: string): Promise<void>;
  /** Picks an option of a list by its words. */
  pick(sight: Sight, option: string): Promise<void>;
  /** Gives files, by their absolute paths, to a file input that a CSS selector names. */
  choose(selector: string, files: readonly string[]): Promise<void>;
  /** Runs a function in the page, which can use nothing of here, and resolves with what it returns. */
  run<A, T>(does: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** A PNG of what is shown. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Launch {
  viewport: { width: number; height: number };
  /** An HTTP proxy that everything goes through, if not straight. */
  proxy?: { host: string; port: number };
  scheme?: 'light' | 'dark';
  /** False: as in Lockdown Mode and in hardened browsers. */
  webAssembly?: boolean;
  /** A camera without a device and without a question for permission, where the browser has one. */
  fakeCamera?: boolean;
}

/** How long the page may take for one step. */
export const STEP_LIMIT_MS = 30_000;

/** The text of a call, for browsers that take text. */
export function callOf<A, T>(does: (argument: A) => T, argument: A): string {
  return `(${does.toString()})(${JSON.stringify(argument) ?? ''})`;
}
