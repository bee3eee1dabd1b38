/** Where the viewer opens. */

import { missingFrom, type Missing, type WidgetImage } from './image';

/** The photo in the viewer, and the field with the focus. */
export interface Look {
  id: string;
  focus?: Missing | 'view' | undefined;
}

/** Returns the photo and the field of the first missing detail. */
export function firstIncomplete(images: readonly WidgetImage[]): Look | undefined {
  for (const { id, details, committedAt } of images) {
    const focus = committedAt === undefined ? missingFrom(details)[0] : undefined;
    if (focus) return { id, focus };
  }
  return undefined;
}
