/** Decides whether photos may go into the record. */

import type { View } from '../contract/api';
import { missingFrom, placeText, type WidgetImage } from './image';

/**
 * `site-side`: a site and a side for every photo. `referral`: also an overview and a close-up of each lesion.
 * `referral-dermoscopy`: also a dermoscopic photo of each. Referral guidelines require these.
 */
export type RecordGate = 'site-side' | 'referral' | 'referral-dermoscopy';

const SETS: Readonly<Record<RecordGate, readonly View[]>> = {
  'site-side': [],
  referral: ['overview', 'close-up'],
  'referral-dermoscopy': ['overview', 'close-up', 'dermoscopy'],
};

/** A lesion with an incomplete set of photos. */
export interface Gap {
  /** "Left forearm, mole A". */
  lesion: string;
  lacks: readonly View[];
  /** The photo to open for a correction: the first one without a view, or else the first one of the lesion. */
  imageId: string;
}

/**
 * Returns the lesions among `images` whose sets lack a view. A lesion has one site, side and label. Photos of another
 * kind, or without a site, belong to no lesion.
 * @param all every photo of the session: those in the record already count
 */
export function gapsIn(images: readonly WidgetImage[], all: readonly WidgetImage[], gate: RecordGate): Gap[] {
  const wanted = SETS[gate];
  const lesions = new Set(images.flatMap((image) => lesionOf(image) ?? []));
  return [...lesions].flatMap((lesion) => {
    const photos = all.filter((image) => lesionOf(image) === lesion);
    const lacks = wanted.filter((view) => !photos.some(({ details }) => details.view === view));
    const open = images.filter((image) => lesionOf(image) === lesion);
    const first = open.find(({ details }) => details.view === undefined) ?? open[0];
    return lacks.length > 0 && first ? [{ lesion, lacks, imageId: first.id }] : [];
  });
}

function lesionOf({ details }: WidgetImage): string | undefined {
  if (details.bodySite === undefined || (details.kind ?? 'lesion') !== 'lesion') return undefined;
  return [placeText(details), details.label].filter(Boolean).join(', ');
}

/**
 * Returns the photos that the next commit would contain, or undefined while a detail is missing.
 * @param all every photo of the session, where `images` are some of them
 */
export function readyToCommit(
  images: readonly WidgetImage[],
  gate: RecordGate = 'site-side',
  all: readonly WidgetImage[] = images,
): readonly WidgetImage[] | undefined {
  const open = images.filter(({ committedAt }) => committedAt === undefined);
  const isComplete = open.every(({ details, file }) => file !== null && missingFrom(details).length === 0);
  return open.length > 0 && isComplete && gapsIn(open, all, gate).length === 0 ? open : undefined;
}
