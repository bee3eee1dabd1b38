/** Shows one state of the gateway's desk page: desk.html?state=open. The gateway and the edge are invented. */

import type { Launch } from '../desk/gateway';
import { Edge, listed } from '../widget/session/fixtures';
import { show } from './show';

const LAUNCH: Launch = {
  patientId: 'pat-2001',
  patientLabel: 'Test Patient, 12 May 1971, ZZZ0016',
  encounterId: 'enc-1002',
  openedAt: '2026-03-04T10:42:00+13:00',
  until: '2026-03-04T12:42:00+13:00',
  source: 'medtech',
  apiBase: location.origin,
  ticket: 'sealed',
};
const EARLIER = {
  ticket: 'sealed before',
  encounterId: 'enc-1001',
  patientLabel: LAUNCH.patientLabel,
  openedAt: '2026-03-04T08:15:00+13:00',
  launchToken: 'header.payload.signature',
};

interface DeskState {
  /** What the gateway responds with; nothing yet without it. */
  launch?: Partial<Launch>;
  earlier?: boolean;
  refusal?: string;
}

const DESK_STATES: Readonly<Record<string, DeskState>> = {
  loading: {},
  open: { launch: {} },
  'open from SMART': { launch: { source: 'smart' } },
  'open without a label': { launch: { patientLabel: '' } },
  'photos of an earlier launch': { launch: {}, earlier: true },
  expired: { refusal: 'no_launch' },
  'record system down': { refusal: 'record_unavailable' },
};

const edge = new Edge();
edge.images = [listed('a')];

void show(DESK_STATES, (state) => {
  window.fetch = (input, init) => Promise.resolve(respond(String(input), init, state));
  if (state.earlier) localStorage.setItem('photobridge:launches', JSON.stringify([EARLIER.ticket]));
  void import('../desk/main');
});

function respond(address: string, init: RequestInit | undefined, state: DeskState): Response | Promise<Response> {
  const { launch, earlier, refusal } = state;
  if (refusal !== undefined) return Response.json({ code: refusal }, { status: 403 });
  if (address.endsWith('launch.json') && launch) return Response.json({ ...LAUNCH, ...launch });
  if (address.endsWith('earlier')) return Response.json({ earlier: earlier ? [EARLIER] : [] });
  // Only the photos of an earlier launch are asked for: the widget gets no launch token.
  if (address.includes('/api/medtech/')) return edge.fetch(address, init);
  return new Promise(() => undefined); // the widget keeps opening its session
}
