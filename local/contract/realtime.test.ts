import { createHmac } from 'node:crypto';
import {
  Realtime,
  Rest,
  type ChannelStateChange,
  type ClientOptions,
  type ConnectionStateChange,
  type Message,
  type RealtimeChannel,
} from 'ably';
import { afterEach, describe, expect, it } from 'vitest';
import { disconnectRealtime, inject, restore, skewClock } from '../../harness/faults/faults.ts';
import { cloud, variable } from './cloud.ts';

const key = variable('ABLY_API_KEY');
const server = new URL(variable('ABLY_REST_URL'));
const SUBSCRIBE_ONLY = (channel: string): string => JSON.stringify({ [channel]: ['subscribe'] });

const options = (more: ClientOptions): ClientOptions => ({
  endpoint: server.hostname,
  port: Number(server.port),
  tls: false,
  logLevel: 0,
  disconnectedRetryTimeout: 50,
  ...more,
});

const open: Realtime[] = [];

function connect(more: ClientOptions = { key }): Realtime {
  const client = new Realtime(options(more));
  open.push(client);
  return client;
}

const rest = (more: ClientOptions = { key }): Rest => new Rest(options(more));

afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  await restore(cloud);
});

let channels = 0;
const newChannel = (): string => `session:enc-js-${++channels}`;

/** A token as the edge signs it. `ahead` is the server's clock. */
function sign(capability: string, lifeSeconds: number, ahead = 0): string {
  const [kid = '', secret = ''] = key.split(':');
  const now = Math.floor(Date.now() / 1000) + ahead;
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body =
    `${encode({ typ: 'JWT', alg: 'HS256', kid })}` +
    `.${encode({ iat: now, exp: now + lifeSeconds, 'x-ably-capability': capability })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

interface Subscribed {
  channel: RealtimeChannel;
  inbox: Message[];
}

/** Attaches, and collects what comes. */
async function subscribe(client: Realtime, name: string): Promise<Subscribed> {
  const inbox: Message[] = [];
  const channel = client.channels.get(name);
  await channel.subscribe((message) => inbox.push(message));
  return { channel, inbox };
}

/** What came before a message that is published now. */
async function received(name: string, inbox: Message[]): Promise<(string | undefined)[]> {
  await rest().channels.get(name).publish('last', null);
  await expect.poll(() => inbox.some((message) => message.name === 'last'), { timeout: 5000 }).toBe(true);
  return inbox.filter((message) => message.name !== 'last').map((message) => message.name);
}

const attachedAgain = (channel: RealtimeChannel): Promise<ChannelStateChange> =>
  new Promise((resolve) => channel.once('attached', resolve));
const failure = (client: Realtime): Promise<ConnectionStateChange> =>
  new Promise((resolve) => client.connection.once('failed', resolve));

/** Cuts the line of a subscriber while others publish. */
async function missesNothing({ channel, inbox }: Subscribed, name: string): Promise<void> {
  const want: string[] = [];
  for (let round = 0; round < 3; round++) {
    const back = attachedAgain(channel);
    await disconnectRealtime(cloud);
    for (let n = 0; n < 5; n++) {
      want.push(`${round}-${n}`);
      await rest().channels.get(name).publish(`${round}-${n}`, null);
    }
    expect((await back).resumed).toBe(true);
  }
  expect(await received(name, inbox)).toEqual(want);
}

const formats: [string, boolean][] = [
  ['JSON', false],
  ['msgpack', true],
];
const pairs = formats.flatMap(([from, sends]) =>
  formats.map(([to, receives]): [string, string, boolean, boolean] => [from, to, sends, receives]),
);

describe.each(pairs)('from %s to %s', (_from, _to, sends, receives) => {
  it.each<[string, unknown]>([
    ['text', 'ā <&>'],
    ['bytes', Buffer.from([0, 255, 10])],
    ['an object', { revision: 7, deep: [null, 'ä'] }],
    ['nothing', undefined],
  ])('%s arrives over the socket and over REST', async (name, data) => {
    const channel = newChannel();
    const { inbox } = await subscribe(connect({ key, useBinaryProtocol: receives }), channel);
    await connect({ key, useBinaryProtocol: sends }).channels.get(channel).publish(name, data);
    await rest({ key, useBinaryProtocol: sends }).channels.get(channel).publish(name, data);
    expect(await received(channel, inbox)).toEqual([name, name]);
    for (const message of inbox.slice(0, 2)) {
      const got: unknown =
        message.data instanceof ArrayBuffer ? Buffer.from(message.data) : (message.data ?? undefined);
      expect(got).toEqual(data);
    }
  });
});

describe.each(formats)('a subscriber in %s', (_, useBinaryProtocol) => {
  it('misses nothing while it is cut off, and hears nothing twice', async () => {
    const name = newChannel();
    const client = connect({ key, useBinaryProtocol });
    const subscribed = await subscribe(client, name);
    const id = client.connection.id;
    await missesNothing(subscribed, name);
    expect(client.connection.id).toBe(id);
  });
});

describe('a publisher', () => {
  it.each(['drop-before', 'drop-after'] as const)(
    'that lost its connection (%s) has published once',
    async (effect) => {
      const name = newChannel();
      const { inbox } = await subscribe(connect(), name);
      const publisher = connect();
      await publisher.connection.once('connected');
      await inject(cloud, { service: 'realtime', effect, route: 'in MESSAGE', next: 1 });
      await publisher.channels.get(name).publish('once', null);
      expect(await received(name, inbox)).toEqual(['once']);
    },
  );

  it('may repeat itself with an id', async () => {
    const name = newChannel();
    const { inbox } = await subscribe(connect(), name);
    const channel = rest().channels.get(name);
    for (let n = 0; n < 3; n++) await channel.publish({ id: 'image-1:0', name: 'once' });
    await channel.publish([{ name: 'a' }, { name: 'b' }]);
    expect(await received(name, inbox)).toEqual(['once', 'a', 'b']);
  });

  it('over REST reports a refusal', async () => {
    await inject(cloud, { service: 'realtime', effect: 'status', status: 401, route: 'POST messages', next: 1 });
    await expect(rest().channels.get(newChannel()).publish('x', null)).rejects.toMatchObject({ statusCode: 401 });
  });
});

describe('a token', () => {
  it.each<[string, number, number, string]>([
    ['the server asks in time', 300, 280, 'update'],
    ['it was too short to ask', 30, 31, 'disconnected'],
  ])('is renewed and nothing is lost: %s', async (_, life, ahead, event) => {
    const name = newChannel();
    let tokens = 0;
    let now = 0;
    const client = connect({
      authCallback: (_params, callback) => {
        tokens++;
        callback(null, sign(SUBSCRIBE_ONLY(name), life, now));
      },
    });
    const { inbox } = await subscribe(client, name);
    const changes: string[] = [];
    client.connection.on((change) =>
      changes.push(change.current === 'connected' && change.previous === 'connected' ? 'update' : change.current),
    );
    now = ahead;
    await skewClock(cloud, 'realtime', ahead);
    await expect.poll(() => tokens, { timeout: 5000 }).toBe(2);
    await expect.poll(() => client.connection.state).toBe('connected');
    expect(await received(name, inbox)).toEqual([]);
    expect(changes[0]).toBe(event);
  });

  it('that cannot be renewed ends the connection', async () => {
    const name = newChannel();
    const client = connect({ token: sign(SUBSCRIBE_ONLY(name), 60) });
    await subscribe(client, name);
    const failed = failure(client);
    await skewClock(cloud, 'realtime', 61);
    expect((await failed).reason?.code).toBe(40171);
  });

  it('permits what it says and no more', async () => {
    const name = newChannel();
    const token = sign(SUBSCRIBE_ONLY(name), 60);
    const client = connect({ token });
    const { channel } = await subscribe(client, name);
    await expect(channel.publish('x', null)).rejects.toMatchObject({ code: 40160, statusCode: 401 });
    await expect(client.channels.get('session:of-others').attach()).rejects.toMatchObject({ code: 40160 });
    await expect(rest({ token }).channels.get(name).publish('x', null)).rejects.toMatchObject({ code: 40160 });
    expect(client.connection.state).toBe('connected');
  });
});

describe('a wrong key', () => {
  const wrong = { key: `${key.split(':')[0]}:wrong` };

  it('ends the connection', async () => {
    const client = connect({ ...wrong, autoConnect: false });
    const failed = failure(client);
    client.connect();
    expect((await failed).reason).toMatchObject({ code: 40101, statusCode: 401 });
  });

  it('is refused over REST', async () => {
    await expect(rest(wrong).channels.get('a').publish('x', null)).rejects.toMatchObject({
      code: 40101,
      statusCode: 401,
    });
  });
});

describe('a connection', () => {
  it('responds to a ping, leaves a channel and closes', async () => {
    const client = connect();
    const { channel } = await subscribe(client, newChannel());
    expect(await client.connection.ping()).toBeGreaterThanOrEqual(0);
    await channel.detach();
    expect(channel.state).toBe('detached');
    const closed = new Promise((resolve) => client.connection.once('closed', resolve));
    client.close();
    await closed;
  });

  it('knows the time', async () => {
    await skewClock(cloud, 'realtime', 3600);
    expect((await rest().time()) - Date.now()).toBeGreaterThan(3_590_000);
  });
});

describe('without WebSockets, a client', () => {
  const polls = (more: ClientOptions = { key }): Realtime => connect({ transports: ['comet'], ...more });

  it('hears, publishes, pings, leaves a channel and closes', async () => {
    const name = newChannel();
    const client = polls();
    const { channel, inbox } = await subscribe(client, name);
    await channel.publish('mine', { revision: 7 });
    expect(await received(name, inbox)).toEqual(['mine']);
    expect(await client.connection.ping()).toBeGreaterThanOrEqual(0);
    await channel.detach();
    const closed = new Promise((resolve) => client.connection.once('closed', resolve));
    client.close();
    await closed;
  });

  it('misses nothing while it is cut off, and hears nothing twice', async () => {
    const name = newChannel();
    await missesNothing(await subscribe(polls(), name), name);
  });

  it('renews its token, and loses nothing', async () => {
    const name = newChannel();
    let tokens = 0;
    let ahead = 0;
    const client = polls({
      authCallback: (_params, callback) => {
        tokens++;
        callback(null, sign(SUBSCRIBE_ONLY(name), 300, ahead));
      },
    });
    const { inbox } = await subscribe(client, name);
    ahead = 280;
    await skewClock(cloud, 'realtime', ahead);
    await expect.poll(() => tokens, { timeout: 5000 }).toBe(2);
    expect(await received(name, inbox)).toEqual([]);
  });

  it('with a wrong key is refused', async () => {
    const client = polls({ key: `${key.split(':')[0]}:wrong`, autoConnect: false });
    const failed = failure(client);
    client.connect();
    expect((await failed).reason).toMatchObject({ code: 40101, statusCode: 401 });
  });
});
