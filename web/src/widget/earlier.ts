/** Earlier photos from the record that the host provides, for comparison with today's. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Shown } from './viewer/Stage';
import type { EarlierPhoto } from './image';
import type { Words } from './words';

const Context = createContext<() => readonly EarlierPhoto[]>(() => []);

export const EarlierProvider = Context.Provider;

/** Returns the host's current earlier photos, the newest first. */
export function useEarlier(words: Words): readonly Shown[] {
  return useContext(Context)()
    .toSorted((a, b) => b.time.localeCompare(a.time))
    .map((photo) => shown(photo, words));
}

function shown({ url, time, bodySite, laterality, sensitive }: EarlierPhoto, words: Words): Shown {
  const details = {
    ...(bodySite === undefined ? {} : { bodySite }),
    ...(laterality === undefined ? {} : { laterality }),
    ...(sensitive ? { sensitive } : {}),
  };
  const name = [words('earlier.photo', { day: dayText(time, words.language) }), words.place(details)];
  return { id: `earlier ${url}`, previewUrl: url, details, name: name.filter(Boolean).join(': ') };
}

/** Formats the day that is written in `time`. It does not convert time zones. */
function dayText(time: string, language: string): string {
  const day = new Date(`${time.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(day.getTime())
    ? time
    : day.toLocaleDateString(language, { dateStyle: 'medium', timeZone: 'UTC' });
}

/** Returns what a photo is best compared with: the newest earlier one of its site and side, else another of today. */
export function bestMatch(
  image: Pick<Shown, 'details'>,
  earlier: readonly Shown[],
  nextToIt: Shown | undefined,
): Shown | undefined {
  const { bodySite, laterality } = image.details;
  const isSame = ({ details }: Shown): boolean => details.bodySite === bodySite && details.laterality === laterality;
  const same = bodySite === undefined ? undefined : earlier.find(isSame);
  return same ?? nextToIt ?? earlier[0];
}
