// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { earlierToken, findEarlier } from './earlier';
import type { EarlierLaunch, Launch } from './gateway';
import { keepTicket, noteInRecord } from './tickets';

const LAUNCH: Launch = {
  patientId: 'pat-1',
  patientLabel: 'Jane Example',
  encounterId: 'now',
  openedAt: '2026-03-04T10:00:00Z',
  until: '2026-03-04T12:00:00Z',
  source: 'smart',
  apiBase: 'https://edge.test',
  ticket: 'ticket-now',
};

/** What the gateway and the edge know: the photos of each earlier launch, or the status with which it fails. */
let launches: Record<string, string[] | number>;
let tokens: number;

beforeEach(() => {
  localStorage.clear();
  [launches, tokens] = [{}, 0];
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => Promise.resolve(respond(url, init)));
});

afterEach(() => vi.unstubAllGlobals());

function respond(url: string, { body, headers }: RequestInit): Response {
  if (url === 'earlier') {
    const { tickets } = JSON.parse(String(body)) as { tickets: string[] };
    const known = tickets.filter((ticket) => ticket in launches);
    return Response.json({ earlier: known.map(earlierOf) });
  }
  if (url.endsWith('/create')) {
    const encounterId = new Headers(headers).get('Authorization')?.replace(/^Bearer (\w+)\.\d+$/, '$1') ?? '';
    const photos = launches[encounterId];
    if (typeof photos === 'number') return Response.json({ code: 'forbidden' }, { status: photos });
    return Response.json({ encounterId, desktopToken: 'd', serverTime: LAUNCH.openedAt });
  }
  const photos = launches[url.split('/').at(-1) ?? ''];
  return Response.json({ images: (photos as string[]).map((imageId) => ({ imageId })), serverTime: LAUNCH.openedAt });
}

function earlierOf(ticket: string): EarlierLaunch {
  const launchToken = `${ticket}.${++tokens}`;
  return { ticket, encounterId: ticket, patientLabel: 'Jane Example', openedAt: LAUNCH.openedAt, launchToken };
}

test.each<[string, Record<string, string[] | number>, string[]]>([
  ['none', {}, []],
  ['those with photos that are not in the record', { one: ['a'], two: ['kept'], three: [] }, ['one']],
  ['the others where one fails', { one: 403, two: ['a'], three: 403, four: ['b'] }, ['two', 'four']],
])('of the earlier launches, %s are offered', async (_, all, offered) => {
  launches = all;
  noteInRecord('kept', LAUNCH.openedAt);
  for (const ticket of Object.keys(all)) keepTicket(ticket);
  keepTicket(LAUNCH.ticket);
  expect((await findEarlier(LAUNCH)).map(({ encounterId }) => encounterId)).toEqual(offered);
});

test('a gateway that does not respond offers none', async () => {
  keepTicket('one');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
  expect(await findEarlier(LAUNCH)).toEqual([]);
});

test('each time that an earlier launch is shown, it has a new token', async () => {
  launches = { one: ['a'] };
  expect([await earlierToken('one'), await earlierToken('one')]).toEqual(['one.1', 'one.2']);
  await expect(earlierToken('gone')).rejects.toMatchObject({ code: 'no_launch' });
});
