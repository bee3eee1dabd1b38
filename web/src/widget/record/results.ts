/** What a host's promise says about photos that were handed over. */

/**
 * Resolves once the record system has taken the photos.
 * @param promise the host's, or whatever it gives instead: what is no promise fails rather than pass for a success
 * @throws Error that says why it has not
 */
export async function taken(promise: unknown): Promise<void> {
  if (!isThenable(promise)) throw new Error('The record system gave no result.');
  const problem = problemIn(await promise);
  if (problem !== undefined) throw new Error(problem);
}

/** The reason in what a promise resolved to. Hosts forget to look at a response, and FHIR servers describe failures. */
function problemIn(result: unknown): string | undefined {
  if (result === false) return 'The record system refused it.';
  if (typeof Response !== 'undefined' && result instanceof Response)
    return result.ok ? undefined : `The record system returned ${result.status}.`;
  return isObject(result) ? resourceProblem(result) : undefined;
}

/** The reason in an OperationOutcome, or in a transaction's response with an entry that failed. */
function resourceProblem({ resourceType, issue, entry }: Record<string, unknown>): string | undefined {
  if (resourceType === 'OperationOutcome') return issueProblem(issue);
  if (resourceType !== 'Bundle' || !Array.isArray(entry)) return undefined;
  for (const one of entry as unknown[]) {
    const response = isObject(one) && isObject(one.response) ? one.response : {};
    const status = typeof response.status === 'string' ? response.status : '';
    if (/^[45]/.test(status)) return outcomeProblem(response.outcome) ?? `The record system returned ${status}.`;
  }
  return undefined;
}

function outcomeProblem(outcome: unknown): string | undefined {
  return isObject(outcome) ? issueProblem(outcome.issue) : undefined;
}

function issueProblem(issues: unknown): string | undefined {
  if (!Array.isArray(issues)) return undefined;
  const issue = (issues as unknown[])
    .filter(isObject)
    .find(({ severity }) => severity === 'error' || severity === 'fatal');
  if (!issue) return undefined;
  const details = isObject(issue.details) ? issue.details.text : undefined;
  const said = [details, issue.diagnostics].find((text) => typeof text === 'string' && text !== '');
  return typeof said === 'string' ? said : 'The record system refused it.';
}

/** The longest reason that a tile shows, in characters. */
const MAX_REASON = 200;

export function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : typeof error === 'string' ? error : '').trim();
  if (text === '') return 'The record system gave no reason.';
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…` : text;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
