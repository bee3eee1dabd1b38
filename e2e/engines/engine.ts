/** A browser beside Playwright's Chromium, with as much of it as the phone page's main path takes. */
export interface Engine {
  open(url: string): Promise<void>;
  /** Waits until what an XPath names can be pressed, and presses it with trusted input. */
  press(xpath: string): Promise<void>;
  /** Gives files to a file input, by their absolute paths. */
  choose(xpath: string, files: readonly string[]): Promise<void>;
  /** Waits until what an XPath names is shown. */
  see(xpath: string, limitMs?: number): Promise<void>;
  /** A PNG of what is shown. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** A phone's screen in CSS pixels. */
export const VIEWPORT = { width: 390, height: 844 };

/** How long the page may take for one step. */
export const STEP_LIMIT_MS = 15_000;
