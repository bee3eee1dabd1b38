/** The switches of the local cloud: faults, clocks, expiry and realtime connections. */

/** A program with a control API: a stack, or the local cloud alone. */
export interface Controlled {
  /** Origin of the control API. */
  control: string;
}

export type Service = 'redis' | 's3' | 'realtime' | 'practice' | 'alex' | 'smart';

/** How calls to one of the cloud's services misbehave (local/fault/rule.go). */
export interface Fault {
  service: Service;
  /** Such as `PUT object`. Missing: every call. */
  route?: string;
  effect: 'delay' | 'drop-before' | 'drop-after' | 'status' | 'cut' | 'cut-upload' | 'expire';
  skip?: number;
  next?: number;
  delayMs?: number;
  status?: number;
  retryAfter?: number;
}

/** Adds a fault. The returned function removes it. */
export async function inject(cloud: Controlled, fault: Fault): Promise<() => Promise<void>> {
  const { id } = (await (await steer(cloud, 'POST', 'faults', fault)).json()) as { id: string };
  return async () => void (await steer(cloud, 'DELETE', `faults/${id}`));
}

export async function clearFaults(cloud: Controlled): Promise<void> {
  await steer(cloud, 'DELETE', 'faults');
}

/** Returns how many calls each fault has affected, in the order in which they were added. */
export async function hits(cloud: Controlled): Promise<number[]> {
  const { rules } = (await (await steer(cloud, 'GET', 'faults')).json()) as { rules: { hit: number }[] };
  return rules.map(({ hit }) => hit);
}

/** Makes another FHIR server keep the record of the SMART server. The returned function undoes that. */
export async function keepRecordAt(cloud: Controlled, url: string): Promise<() => Promise<void>> {
  await steer(cloud, 'PUT', 'smart/record', { url });
  return async () => void (await steer(cloud, 'DELETE', 'smart/record'));
}

/** Sets a service's clock ahead. */
export async function skewClock(cloud: Controlled, service: Service, seconds: number): Promise<void> {
  await steer(cloud, 'PUT', `clocks/${service}`, { skewMs: seconds * 1000 });
}

/** Removes every fault and every clock skew. */
export async function restore(cloud: Controlled): Promise<void> {
  await clearFaults(cloud);
  for (const service of ['redis', 's3', 'realtime'] as const) await skewClock(cloud, service, 0);
}

/** Expires an encounter's session, as two idle hours would. */
export async function expireSession(cloud: Controlled, encounterId: string): Promise<void> {
  await steer(cloud, 'POST', 'redis/expire', { match: `encounter:${encounterId}` });
}

/** Expires every key that matches a pattern, such as `token:*`. At least one must. */
export async function expireKeys(cloud: Controlled, match: string): Promise<void> {
  const response = await steer(cloud, 'POST', 'redis/expire', { match });
  if (((await response.json()) as { expired: number }).expired === 0) throw new Error(`no key is like ${match}`);
}

/** Cuts every realtime client off, as a network does. They can resume. */
export async function disconnectRealtime(cloud: Controlled): Promise<void> {
  await steer(cloud, 'POST', 'realtime/disconnect');
}

/** Cuts every realtime client off. None of them can resume. */
export async function forgetRealtime(cloud: Controlled): Promise<void> {
  await steer(cloud, 'POST', 'realtime/forget');
}

/** Deletes every object of the bucket. */
export async function emptyBucket(cloud: Controlled): Promise<void> {
  await steer(cloud, 'POST', 'objects/sweep', { olderThanSeconds: 0 });
}

/** Resets the counters of commands and requests. */
export async function resetCounters(cloud: Controlled): Promise<void> {
  await steer(cloud, 'DELETE', 'counters');
}

/** Returns the number of Redis commands since then, by name. */
export async function redisCommands(cloud: Controlled): Promise<Record<string, number>> {
  const { commands = {} } = (await (await steer(cloud, 'GET', 'counters')).json()) as {
    commands?: Record<string, number>;
  };
  return commands;
}

async function steer(cloud: Controlled, method: string, path: string, body?: object): Promise<Response> {
  const response = await fetch(`${cloud.control}/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${await response.text()}`);
  return response;
}
