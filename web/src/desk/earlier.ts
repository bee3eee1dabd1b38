/** Earlier launches of the same patient whose photos are not in the record yet. */

import { fetchImages, openSession } from '../api/desktop';
import { earlierLaunches, type EarlierLaunch, type Launch } from './gateway';
import { inRecord, tickets } from './tickets';

export type Earlier = EarlierLaunch;

/** Finds this browser's earlier launches of the patient with the gateway, and those with photos with the edge. */
export async function findEarlier(launch: Launch): Promise<Earlier[]> {
  try {
    const others = tickets().filter((ticket) => ticket !== launch.ticket);
    if (others.length === 0) return [];
    const found: Earlier[] = [];
    for (const earlier of await earlierLaunches(others)) {
      if (await hasPhotosLeft(launch.apiBase, earlier)) found.push(earlier);
    }
    return found;
  } catch {
    return []; // it is an offer: the page works without it
  }
}

async function hasPhotosLeft(apiBase: string, { encounterId, launchToken }: Earlier): Promise<boolean> {
  const { desktopToken } = await openSession(apiBase, launchToken);
  const fetched = await fetchImages({ apiBase, encounterId, desktopToken }, null);
  const committed = inRecord();
  return fetched.list?.images.some(({ imageId }) => !committed.has(imageId)) ?? false;
}
