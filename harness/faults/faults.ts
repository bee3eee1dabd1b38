import type { Stack } from '../stack/stack.ts';

/** How calls to one of the cloud's services misbehave (local/fault/rule.go). */
export interface Fault {
  service: 'redis' | 's3' | 'realtime' | 'practice';
  /** Such as `PUT object`; every call where it is left out. */
  route?: string;
  effect: 'delay' | 'drop-before' | 'drop-after' | 'status' | 'cut' | 'cut-upload' | 'expire';
  skip?: number;
  next?: number;
  delayMs?: number;
  status?: number;
  retryAfter?: number;
}

/** Puts a fault in force; the answer takes it out again. */
export async function inject(stack: Stack, fault: Fault): Promise<() => Promise<void>> {
  const { id } = (await (await steer(stack, 'POST', 'faults', fault)).json()) as { id: string };
  return async () => void (await steer(stack, 'DELETE', `faults/${id}`));
}

export async function clearFaults(stack: Stack): Promise<void> {
  await steer(stack, 'DELETE', 'faults');
}

/** Ends an encounter's session as two hours of silence would. */
export async function expireSession(stack: Stack, encounterId: string): Promise<void> {
  await steer(stack, 'POST', 'redis/expire', { match: `encounter:${encounterId}` });
}

/** Lets every key run out that a pattern names, such as `token:*`; there must be some. */
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
