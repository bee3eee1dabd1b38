/** The local cloud under test and its switches. */

import { inject } from 'vitest';

const env = inject('env');

/** A variable of the edge. */
export function variable(name: string): string {
  const value = env[name];
  if (value === undefined) throw new Error(`the local cloud gave no ${name}`);
  return value;
}

async function control(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(inject('control') + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response;
}

export interface Fault {
  service: 'redis' | 's3' | 'realtime';
  effect: 'delay' | 'drop-before' | 'drop-after' | 'status' | 'cut' | 'cut-upload' | 'expire';
  route?: string;
  next?: number;
  status?: number;
  delayMs?: number;
}

export const misbehave = (fault: Fault): Promise<Response> => control('POST', '/faults', fault);

/** How often each fault that is in force has struck, in the order in which they were added. */
export async function hits(): Promise<number[]> {
  const { rules } = (await (await control('GET', '/faults')).json()) as { rules: { hit: number }[] };
  return rules.map(({ hit }) => hit);
}

/** Sets a service's clock ahead. */
export const skew = (service: Fault['service'], seconds: number): Promise<Response> =>
  control('PUT', `/clocks/${service}`, { skewMs: seconds * 1000 });

/** Cuts every realtime client off, as a network does. */
export const cut = (): Promise<Response> => control('POST', '/realtime/disconnect');

/** Takes every fault and every wrong clock back. */
export async function behave(): Promise<void> {
  await control('DELETE', '/faults');
  for (const service of ['redis', 's3', 'realtime'] as const) await skew(service, 0);
}
