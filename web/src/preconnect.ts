/**
 * Opens a connection to an origin that is about to be asked, without asking
 * anything (https://html.spec.whatwg.org/#link-type-preconnect). It is of the
 * kind that requests without credentials use.
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
