/** Files chosen by the person, as photos with ids of their own. */

import type { Chosen } from './model';
import type { Media } from './media';
import { randomHex } from '../random';

/** Keeps the files and names them. */
export function adopt(media: Media, files: Iterable<File>, source: Chosen['source']): Chosen[] {
  return Array.from(files, (file) => {
    const photo: Chosen = { id: randomHex(), name: file.name, size: file.size, source };
    media.keep(photo.id, file);
    return photo;
  });
}

/**
 * What the camera's file input accepts. Since Android 14 Chrome responds to a list
 * of images alone with a photo picker that has no camera; a type that no file
 * has brings the camera back (https://issues.chromium.org/issues/40937303).
 */
export function cameraAccept(userAgent: string): string {
  const chromiumOnAndroid = /Android/.test(userAgent) && /Chrome\//.test(userAgent);
  return chromiumOnAndroid ? 'image/*,android/allowCamera' : 'image/*';
}
