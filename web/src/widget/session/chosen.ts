/** Files that were chosen to be added, and what adding them needs of the session. */

import type { Grant } from '../../contract/api';
import type { AddingPhoto } from './api';
import { readSessionId } from './launch';
import { timestamp, type State } from './model';

/** A file that was chosen. */
export interface Chosen {
  /** How it is shown while nothing is known of it. Its id becomes the image's. */
  view: AddingPhoto;
  file: File;
  /** When the patient agreed, by the edge's clock; null: nobody recorded it. */
  consentAt: string | null;
}

export interface AddingWorld {
  /** The open session as an engine knows it from a phone; null: none is open. */
  grant(): Grant | null;
  /** Where the page is that runs the engine. */
  origin(): string;
  show(photos: readonly AddingPhoto[]): void;
  /** A photo is in the session, and not in the list that is known. */
  arrived(): void;
}

/**
 * The session as a phone would get it. The desktop's own token takes the place of an upload token. What is in the place
 * of the journal's key opens no journal, so that nothing gets onto this computer's disk, and tells one session from the
 * next.
 */
export function grantOf(state: State): Grant | null {
  const { access, encounter, sessionExpiresAt, maxImages, album, limits, consent } = state;
  if (!access) return null;
  const now = timestamp(state);
  return {
    encounterId: access.encounterId,
    patientId: encounter?.patientId ?? '',
    patientLabel: '',
    facilityId: encounter?.facilityId ?? '',
    phoneId: 'desktop',
    uploadToken: access.desktopToken,
    journalKey: readSessionId(access.desktopToken),
    sessionExpiresAt: sessionExpiresAt ?? now,
    serverTime: now,
    maxImages,
    imageCount: album.photos.filter(({ local }) => !local).length,
    limits,
    consent,
  };
}
