/** Keeps the screen on while photos are sent: a phone that locks stops its browser (Screen Wake Lock, W3C). */

let wanted = false;
let held: Promise<WakeLockSentinel | undefined> | undefined;

/** Idempotent. Without a secure context or the API it does nothing. */
export function keepAwake(on: boolean): void {
  if (on === wanted) return;
  wanted = on;
  if (on) hold();
  else release();
}

function hold(): void {
  if (held || !navigator.wakeLock || document.visibilityState !== 'visible') return;
  held = navigator.wakeLock.request('screen').catch(() => undefined);
}

function release(): void {
  void held?.then((lock) => lock?.release());
  held = undefined;
}

// The browser lets go when the page is hidden; it must be asked again.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') held = undefined;
  else if (wanted) hold();
});
