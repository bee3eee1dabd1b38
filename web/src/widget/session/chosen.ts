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
  /** When the patient agreed, by the edge's clock; null: not recorded. */
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
 * Returns the session in the form that a phone gets. The desktop's token replaces the upload token. The journal's key
 * is replaced by a text that is no key, so the engine opens no journal and nothing is written to this computer's disk.
 * The text differs for each session, so that the engine notices another session.
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
