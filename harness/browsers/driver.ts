import type { Sight } from './sight.ts';

/** A browser with one page, and the actions that a person can do in it. */
export interface Driver {
  open(url: string): Promise<void>;
  /** Returns the texts of the visible elements that match. */
  look(sight: Sight): Promise<string[]>;
  /** Waits until the element can be clicked, and clicks it with trusted input. */
  press(sight: Sight): Promise<void>;
  type(sight: Sight, text: string): Promise<void>;
  /** Selects an option of a list by its text. */
  pick(sight: Sight, option: string): Promise<void>;
  /** Gives files, by their absolute paths, to a file input that a CSS selector names. */
  choose(selector: string, files: readonly string[]): Promise<void>;
  /** Runs a function in the page and resolves with its result. It cannot use this module's scope. */
  run<A, T>(does: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** Returns a screenshot as a PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Launch {
  viewport: { width: number; height: number };
  /** An HTTP proxy for all requests. */
  proxy?: { host: string; port: number };
  scheme?: 'light' | 'dark';
  /** False: as in Lockdown Mode and in hardened browsers. */
  webAssembly?: boolean;
  /** A fake camera that needs no permission, where the browser has one. */
  fakeCamera?: boolean;
}

/** The time limit for one step in the page. */
export const STEP_LIMIT_MS = 30_000;

/** Returns a call as text, for browsers that need text. */
export function callOf<A, T>(does: (argument: A) => T, argument: A): string {
  return `(${does.toString()})(${JSON.stringify(argument) ?? ''})`;
}
