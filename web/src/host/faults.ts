/** The local cloud's faults, as the practice's own origin offers them. */

export interface Fault {
  id: string;
  label: string;
  what: string;
  rules: readonly object[];
  /** Done once when it is switched on. */
  begin?: string;
}

export const FAULTS: readonly Fault[] = [
  {
    id: 'edge',
    label: 'Edge down',
    what: 'Every call fails with 503.',
    rules: [{ service: 'redis', effect: 'status', status: 503 }],
  },
  {
    id: 'realtime',
    label: 'Realtime cut',
    what: 'No events: the widget polls.',
    rules: [{ service: 'realtime', effect: 'drop-before' }],
    begin: 'realtime/forget',
  },
  {
    id: 'pictures',
    label: 'Pictures lost',
    what: 'The store refuses to hand pictures out.',
    rules: [{ service: 's3', route: 'GET object', effect: 'status', status: 503 }],
  },
  {
    id: 'slow',
    label: 'Slow network',
    what: 'Every call takes a second or two.',
    rules: [
      { service: 'redis', effect: 'delay', delayMs: 800, jitterMs: 400 },
      { service: 's3', effect: 'delay', delayMs: 800, jitterMs: 400 },
    ],
  },
];

/** Switches a fault on. The returned function switches it off. */
export async function begin({ rules, begin: once }: Fault): Promise<() => Promise<void>> {
  const ids: string[] = [];
  for (const rule of rules) ids.push(((await (await steer('faults', 'POST', rule)).json()) as { id: string }).id);
  if (once) await steer(once, 'POST');
  return async () => {
    for (const id of ids) await steer(`faults/${id}`, 'DELETE');
  };
}

/** Expires an encounter's session, as two idle hours would. */
export async function expireSession(encounterId: string): Promise<void> {
  await steer('redis/expire', 'POST', { match: `encounter:${encounterId}` });
}

async function steer(path: string, method: 'POST' | 'DELETE', body?: object): Promise<Response> {
  const response = await fetch(`/control/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok && response.status !== 404) throw new Error(`The local cloud returned ${response.status}.`);
  return response;
}
