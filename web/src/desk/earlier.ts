/** Earlier launches of the same patient whose photos are not in the record yet. */

import { fetchImages, openSession } from '../api/desktop';
import { earlierLaunches, GatewayError, type EarlierLaunch, type Launch } from './gateway';
import { inRecord, tickets } from './tickets';

export type Earlier = EarlierLaunch;

/**
 * Finds this browser's earlier launches of the patient with the gateway, and those with photos with the edge. It is an
 * offer: the page works without it, and each launch is offered without the others.
 */
export async function findEarlier(launch: Launch): Promise<Earlier[]> {
  const others = tickets().filter((ticket) => ticket !== launch.ticket);
  if (others.length === 0) return [];
  const found: Earlier[] = [];
  for (const earlier of await earlierLaunches(others).catch(() => [])) {
    if (await hasPhotosLeft(launch.apiBase, earlier).catch(() => false)) found.push(earlier);
  }
  return found;
}

/** Asks for a launch token of an earlier launch. Each lives for minutes, and the page for hours. */
export async function earlierToken(ticket: string): Promise<string> {
  const [earlier] = await earlierLaunches([ticket]);
  if (!earlier) throw new GatewayError('no_launch');
  return earlier.launchToken;
}

async function hasPhotosLeft(apiBase: string, { encounterId, launchToken }: Earlier): Promise<boolean> {
  const { desktopToken } = await openSession(apiBase, launchToken);
  const fetched = await fetchImages({ apiBase, encounterId, desktopToken }, null);
  const committed = inRecord();
  return fetched.list?.images.some(({ imageId }) => !committed.has(imageId)) ?? false;
}
