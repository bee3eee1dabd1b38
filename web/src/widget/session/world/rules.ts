/** The rules that hold in every life; a rule's sentence is its name. */

export class Broken extends Error {}

/** Throws if a rule does not hold. */
export function hold(rule: string, holds: boolean, detail: unknown = ''): void {
  if (!holds) throw new Broken(`${rule}: ${JSON.stringify(detail)}`);
}
