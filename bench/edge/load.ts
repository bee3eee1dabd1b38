import { Agent, request } from 'node:http';
import { processorMilliseconds, type Worker } from './servers.ts';

/** Requests at once. */
export const LOAD = 8;

export interface Call {
  name: string;
  method: 'GET' | 'POST';
  /** Below the API's root; a new one each time where it matters. */
  path(): string;
  token(): string;
  body?: string;
  status: number;
}

export interface Sample {
  /** Requests a second. */
  rate: number;
  p50: number;
  p99: number;
  /** Processor time of the worker for each, in milliseconds. */
  processor: number;
}

/**
 * Makes a call over and over, for some seconds or a number of times. Any other status than its own
 * ends the measurement.
 */
export async function measure(worker: Worker, call: Call, seconds: number, most = Infinity): Promise<Sample> {
  const { origin } = worker;
  // A worker hangs up on a connection that waits for its next turn
  const agent = new Agent({ keepAlive: true, maxSockets: LOAD });
  const times: number[] = [];
  const used = processorMilliseconds(worker);
  const began = performance.now();
  let left = most;
  const lane = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1000 && left-- > 0) {
      const start = performance.now();
      const status = await send(agent, origin, call);
      if (status !== call.status) throw new Error(`${call.name} returned ${status} at ${origin}`);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: LOAD }, lane)).finally(() => agent.destroy());
  const took = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return {
    rate: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    processor: (processorMilliseconds(worker) - used) / times.length,
  };
}

/** Makes a call and returns the status of its response. */
export function send(agent: Agent, origin: string, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${origin}/api/medtech/session${call.path()}`,
      {
        agent,
        method: call.method,
        headers: {
          Authorization: `Bearer ${call.token()}`,
          ...(call.body === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(call.body) }),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}
