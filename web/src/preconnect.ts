/**
 * Opens a connection to an origin before the first request to it, without sending
 * anything (https://html.spec.whatwg.org/#link-type-preconnect). Requests without
 * credentials can use it.
 */
export function preconnect(origin: string | undefined): void {
  if (origin === undefined) return;
  const link = document.createElement('link');
  link.rel = 'preconnect';
  link.crossOrigin = 'anonymous';
  link.href = origin;
  document.head.append(link); // acts as it is put in, each time
  link.remove();
}
