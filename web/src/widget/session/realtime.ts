/** Ably, as far as the widget needs it: hints that something changed on one channel. */

import type { ClientOptions } from 'ably';
import { BaseRealtime, FetchRequest, WebSocketTransport, XHRPolling } from 'ably/modular';
import type { ApiError } from '../../api/client';
import type { Event, EventName, RealtimeResponse } from '../../contract/api';

export interface RealtimeHandlers {
  /** Something happened in the session, which made it this revision; undefined if the message does not say. */
  event(name: EventName, revision?: number): void;
  /** The channel is attached; what happened before may not have been heard. */
  live(): void;
  /** Nothing is heard until `live` comes again. */
  down(): void;
}

/** Listens until the returned function is called. `access` is asked for each new token. */
export type Realtime = (access: () => Promise<RealtimeResponse>, handlers: RealtimeHandlers) => () => void;

/** Waits between the tries to get the first token; the last one is kept. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/**
 * The first token says which server to connect to, so it is requested before Ably's client exists, as persistently as
 * the client requests all later ones.
 */
export const listen: Realtime = (access, handlers) => {
  let client: BaseRealtime | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const start = async (tries: number): Promise<void> => {
    try {
      const first = await access();
      if (!closed) client = connect(first, access, handlers);
    } catch (error) {
      if (closed) return;
      handlers.down();
      // Not by its class, because that import would put the API's client into a separate file.
      const { retryAfter = 0 } = Object(error) as Partial<ApiError>;
      const asked = retryAfter * 1000;
      const wait = Math.max(asked, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0);
      timer = setTimeout(() => void start(tries + 1), wait);
    }
  };
  void start(0);
  return () => {
    closed = true;
    clearTimeout(timer);
    client?.close();
  };
};

function connect(
  first: RealtimeResponse,
  access: () => Promise<RealtimeResponse>,
  handlers: RealtimeHandlers,
): BaseRealtime {
  let unused: RealtimeResponse | undefined = first;
  const client = new BaseRealtime({
    ...serverOptions(first.realtimeUrl),
    // Where a network blocks WebSockets, the client polls by HTTP instead.
    plugins: { WebSocketTransport, XHRPolling, FetchRequest },
    // The edge knows who we are; Ably is to know no more than the channel.
    authCallback: (_, callback) => {
      const next = unused ? Promise.resolve(unused) : access();
      unused = undefined;
      next.then(
        ({ token }) => callback(null, token),
        () => callback('no realtime token', null),
      );
    },
    useBinaryProtocol: false,
    logLevel: 0,
  });
  const channel = client.channels.get(first.channel);
  channel.on('attached', () => handlers.live());
  channel.on(['suspended', 'failed', 'detached'], () => handlers.down());
  client.connection.on(['disconnected', 'suspended', 'failed'], () => handlers.down());
  client.connection.on('connected', () => {
    if (channel.state === 'attached') handlers.live();
  });
  channel
    .subscribe(({ name, data }) => handlers.event(name as EventName, (data as Partial<Event> | undefined)?.revision))
    .catch(() => handlers.down());
  return client;
}

/**
 * Whether there is a network at all is not asked of another host: one that is blocked would keep the client from
 * falling back to HTTP. A server other than Ably's own is the only host that is asked for anything.
 */
function serverOptions(realtimeUrl: string | undefined): Partial<ClientOptions> {
  if (realtimeUrl === undefined) return { disableConnectivityCheck: true };
  const { hostname, port, protocol } = new URL(realtimeUrl);
  const tls = protocol === 'https:';
  const number = Number(port) || (tls ? 443 : 80);
  return {
    endpoint: hostname,
    tls,
    port: number,
    tlsPort: number,
    fallbackHosts: [],
    disableConnectivityCheck: true,
    wsConnectivityCheckUrl: `${tls ? 'wss' : 'ws'}://${hostname}:${number}/`,
  };
}
