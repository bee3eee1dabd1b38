import type { Stack } from './stack';

/** A rule of the local cloud's fault injector (local/fault/rule.go). */
export interface FaultRule {
  service: 'redis' | 's3' | 'realtime' | 'practice';
  effect: 'delay' | 'drop-before' | 'drop-after' | 'status' | 'cut' | 'cut-upload' | 'expire';
  route?: string;
  status?: number;
  delayMs?: number;
  skip?: number;
  next?: number;
}

/** Makes the local cloud misbehave; the answer makes it behave again. */
export async function misbehave(stack: Stack, rule: FaultRule): Promise<() => Promise<void>> {
  const { id } = (await (await steer(stack, 'POST', 'faults', rule)).json()) as { id: string };
  return async () => void (await steer(stack, 'DELETE', `faults/${id}`));
}

/** Ends an encounter's session as two hours of silence would. */
export async function expireSession(stack: Stack, encounterId: string): Promise<void> {
  await steer(stack, 'POST', 'redis/expire', { match: `encounter:${encounterId}` });
}

/** Lets keys of the edge's database pass away; there must be some. */
export async function expireKeys(stack: Stack, match: string): Promise<void> {
  const response = await steer(stack, 'POST', 'redis/expire', { match });
  if (((await response.json()) as { expired: number }).expired === 0) throw new Error(`no key is like ${match}`);
}

/** Cuts every realtime client off, none of whom can resume. */
export async function forgetRealtime(stack: Stack): Promise<void> {
  await steer(stack, 'POST', 'realtime/forget');
}

async function steer(stack: Stack, method: string, path: string, body?: object): Promise<Response> {
  const response = await fetch(`${stack.control}/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
