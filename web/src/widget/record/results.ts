/** What a host's promise says about photos that were handed over. */

import { plainLine } from '../../text';

/** Why a photo is not in the record. Each user interface has its own text for each. */
export type CommitCode =
  /** The host's own reason, in its own words. */
  | 'refused'
  /** The host refused it without a reason. */
  | 'no_reason'
  /** The host gave something else than a promise. */
  | 'no_result'
  /** Nobody listened. */
  | 'unheard'
  /** The photo's bytes cannot be read any more. */
  | 'unreadable'
  /** The status of a response that failed without a reason. */
  | 'forbidden'
  | 'no_place'
  | 'conflict'
  | 'too_large'
  | 'invalid'
  | 'busy'
  | 'failed';

export interface CommitProblem {
  code: CommitCode;
  /** The host's reason, or the status of its response; '' where there is neither. */
  detail: string;
}

export class CommitError extends Error {
  constructor(readonly problem: CommitProblem) {
    super(problem.code);
  }
}

/** What a host says about photos that are in the record. */
export interface Taken {
  /** The record had none of them before. */
  created: boolean;
}

/** After these, the record has nothing of the photo. After any other, a response may have been lost. */
const DEFINITE: ReadonlySet<CommitCode> = new Set<CommitCode>([
  'unheard',
  'unreadable',
  'forbidden',
  'no_place',
  'too_large',
  'invalid',
]);

export const isDefinite = ({ code }: CommitProblem): boolean => DEFINITE.has(code);

/**
 * Resolves once the record system has taken the photos.
 * @param promise the host's promise; anything else counts as a failure, and not as a success
 * @throws CommitError if it has not; whatever the promise rejects with
 */
export async function taken(promise: unknown): Promise<Taken> {
  if (!isThenable(promise)) throw new CommitError({ code: 'no_result', detail: '' });
  const result: unknown = await promise;
  const problem = problemIn(result);
  if (problem) throw new CommitError(problem);
  return { created: isCreated(result) };
}

/** Whether what a promise gave says that everything was created, and nothing was there before. */
export function isCreated(result: unknown): boolean {
  if (typeof Response !== 'undefined' && result instanceof Response) return result.status === 201;
  if (!isObject(result)) return false;
  const { created, resourceType, entry } = result;
  if (resourceType !== 'Bundle' || !Array.isArray(entry)) return created === true;
  const statuses = (entry as unknown[]).map((one) => isObject(one) && isObject(one.response) && one.response.status);
  return statuses.length > 0 && statuses.every((status) => typeof status === 'string' && status.startsWith('201'));
}

/** Why a photo is not in the record, from what was thrown or rejected. */
export function problemOf(error: unknown): CommitProblem {
  if (error instanceof CommitError) return error.problem;
  return problemIn(error) ?? refusal(error instanceof Error ? error.message : error);
}

/** The problem in what a promise gave. Hosts forget to look at a response, and FHIR servers describe failures. */
function problemIn(result: unknown): CommitProblem | undefined {
  if (result === false) return refusal('');
  if (typeof Response !== 'undefined' && result instanceof Response)
    return result.ok ? undefined : statusProblem(`${result.status}`);
  return isObject(result) ? resourceProblem(result) : undefined;
}

/** The problem in an OperationOutcome, or in a transaction's response with an entry that failed. */
function resourceProblem({ resourceType, issue, entry }: Record<string, unknown>): CommitProblem | undefined {
  if (resourceType === 'OperationOutcome') return issueProblem(issue);
  if (resourceType !== 'Bundle' || !Array.isArray(entry)) return undefined;
  for (const one of entry as unknown[]) {
    const response = isObject(one) && isObject(one.response) ? one.response : {};
    const status = typeof response.status === 'string' ? response.status : '';
    if (/^[45]/.test(status)) return outcomeProblem(response.outcome) ?? statusProblem(status.slice(0, 3));
  }
  return undefined;
}

function outcomeProblem(outcome: unknown): CommitProblem | undefined {
  return isObject(outcome) ? issueProblem(outcome.issue) : undefined;
}

function issueProblem(issues: unknown): CommitProblem | undefined {
  if (!Array.isArray(issues)) return undefined;
  const issue = (issues as unknown[])
    .filter(isObject)
    .find(({ severity }) => severity === 'error' || severity === 'fatal');
  if (!issue) return undefined;
  const details = isObject(issue.details) ? issue.details.text : undefined;
  return refusal([details, issue.diagnostics].find((text) => typeof text === 'string' && text !== ''));
}

const STATUSES: Readonly<Record<string, CommitCode>> = {
  400: 'invalid',
  401: 'forbidden',
  403: 'forbidden',
  // Where clients may not choose ids, an update under a new one has no place either.
  404: 'no_place',
  405: 'no_place',
  408: 'busy',
  409: 'conflict',
  410: 'no_place',
  412: 'conflict',
  413: 'too_large',
  422: 'invalid',
  425: 'busy',
  429: 'busy',
  503: 'busy',
  504: 'busy',
};

function statusProblem(status: string): CommitProblem {
  return { code: STATUSES[status] ?? 'failed', detail: status };
}

/** The longest reason that a tile shows, in characters. */
const MAX_REASON = 200;

function refusal(reason: unknown): CommitProblem {
  const text = typeof reason === 'string' ? plainLine(reason).trim() : '';
  if (text === '') return { code: 'no_reason', detail: '' };
  return { code: 'refused', detail: text.length > MAX_REASON ? `${text.slice(0, MAX_REASON - 1)}…` : text };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
