/** Ably, as far as the widget needs it: hints that something changed on one channel. */

import type { ClientOptions } from 'ably';
import { BaseRealtime, FetchRequest, WebSocketTransport } from 'ably/modular';
import type { EventName, RealtimeResponse, Event } from '../../contract/api';

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

export const listen: Realtime = (access, handlers) => {
  let client: BaseRealtime | undefined;
  let closed = false;
  void access().then(
    (first) => {
      if (!closed) client = connect(first, access, handlers);
    },
    () => handlers.down(),
  );
  return () => {
    closed = true;
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
    plugins: { WebSocketTransport, FetchRequest },
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

/** For a server other than Ably's own; no other origin is asked then. */
function serverOptions(realtimeUrl: string | undefined): Partial<ClientOptions> {
  if (realtimeUrl === undefined) return {};
  const { hostname, port, protocol } = new URL(realtimeUrl);
  const tls = protocol === 'https:';
  const number = Number(port) || (tls ? 443 : 80);
  return { endpoint: hostname, tls, port: number, tlsPort: number, fallbackHosts: [], disableConnectivityCheck: true };
}
