import type { Stack } from './stack';

/** How calls to one of the cloud's services misbehave; the control page's POST /faults says more. */
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
  const response = await fetch(`${stack.control}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  if (!response.ok) throw new Error(`no such fault: ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  return async () => void (await fetch(`${stack.control}/faults/${id}`, { method: 'DELETE' }));
}

export async function clearFaults(stack: Stack): Promise<void> {
  await fetch(`${stack.control}/faults`, { method: 'DELETE' });
}
