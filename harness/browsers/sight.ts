/** What a person looks for on a screen: an element of a kind, with a text. */
export interface Sight {
  /** A CSS selector of its kind. */
  kind: string;
  /** Its whole text, or a part of it. Missing: any element of its kind. */
  says?: string | RegExp;
}

export const button = (says: string | RegExp): Sight => ({ kind: 'button, [role="button"], a[href]', says });
export const field = (says: string | RegExp): Sight => ({ kind: 'input, textarea, select', says });
export const choice = (says: string | RegExp): Sight => ({
  kind: 'label, [role="radio"], [role="option"], button',
  says,
});
export const words = (says: string | RegExp): Sight => ({
  kind: 'h1, h2, h3, p, li, dd, strong, span, [role="alert"], [role="status"]',
  says,
});

/** Encodes a sight as one word, for functions that take a selector as text. */
export function encode({ kind, says }: Sight): string {
  const pattern =
    says instanceof RegExp ? says.source : says === undefined ? '' : `^${says.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  return Buffer.from(JSON.stringify([kind, pattern])).toString('base64url');
}

/**
 * Runs in the page: the visible elements that an encoded sight is of, in open
 * shadow trees as well. An element says its label, or else its text.
 */
export function find(encoded: string): Element[] {
  const bytes = Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
  const [kind, pattern] = JSON.parse(new TextDecoder().decode(bytes)) as [string, string];
  const wanted = new RegExp(pattern, 'u');
  const textOf = (element: HTMLElement): string => {
    const label = element.ariaLabel ?? (element as HTMLInputElement).labels?.[0]?.innerText ?? element.innerText;
    return (label || (element.title ?? '')).replace(/\s+/g, ' ').trim();
  };
  const trees: (Document | ShadowRoot)[] = [document];
  for (const tree of trees) {
    for (const { shadowRoot } of tree.querySelectorAll('*')) if (shadowRoot) trees.push(shadowRoot);
  }
  return trees
    .flatMap((tree) => [...tree.querySelectorAll<HTMLElement>(kind)])
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && wanted.test(textOf(element)));
}
