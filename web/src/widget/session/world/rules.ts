/** Checks of the model's rules. The text of a rule is also its name in a failure. */

export class Broken extends Error {}

/** Throws if a rule does not hold. */
export function hold(rule: string, holds: boolean, detail: unknown = ''): void {
  if (!holds) throw new Broken(`${rule}: ${JSON.stringify(detail)}`);
}
