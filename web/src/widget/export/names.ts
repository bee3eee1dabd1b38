/** File names as people file them: `2026-03-04 left forearm close-up 1.jpg`. */

import { placeText, type WidgetImage } from '../image';

/** Characters that file systems and archives forbid, or that would make a path or a hidden file. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}\p{Cf}]/gu;
/** Short enough to leave room for the folder in systems that allow 255 bytes. */
const MAX_PART = 60;

/** Returns the name of a photo's file. It contains the patient only if `patient` is given. */
export function fileName(image: WidgetImage, patient = ''): string {
  const { details, number } = image;
  const about = [
    placeText(details).toLowerCase(),
    details.view ?? '',
    image.derivation === 'annotated' ? 'annotated' : '',
  ];
  return `${joined(patient, dayOf(image), ...about, String(number))}.jpg`;
}

/** Returns the name of a file that holds several photos. */
export function collectionName(images: readonly WidgetImage[], extension: 'zip' | 'pdf', patient = ''): string {
  const [first] = images.map(dayOf).toSorted();
  return `${joined(patient, first ?? '', images.length === 1 ? 'photo' : 'photos')}.${extension}`;
}

/** The day on the wall where the photo was taken; if that is unknown, the day it arrived here. */
function dayOf({ details, uploadedAt }: WidgetImage): string {
  if (details.captured) return details.captured.local.slice(0, 10);
  const day = new Date(uploadedAt);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function joined(...parts: readonly string[]): string {
  return parts
    .map((part) =>
      part
        .replace(FORBIDDEN, ' ')
        .replace(/\s+/g, ' ')
        .replace(/^[ .]+/, '')
        .slice(0, MAX_PART)
        .trim(),
    )
    .filter(Boolean)
    .join(' ');
}
