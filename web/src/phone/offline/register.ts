/** Installs the service worker; without a secure context there is none and nothing is lost but offline use. */
export function keepShell(): void {
  navigator.serviceWorker?.register('/sw.js', { scope: '/mobile' }).catch(() => undefined);
}
