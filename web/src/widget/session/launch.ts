/** What a launch token says (RFC 7519). The edge verifies it; here it only names the patient. */

import { plainText } from '../../plaintext';

export interface LaunchClaims {
  facilityId: string | null;
  patientId: string | null;
  patientLabel: string | null;
}

/** A token that cannot be read names no patient. The edge reports what is wrong with it. */
export function readClaims(launchToken: string): LaunchClaims {
  const claims = parse(launchToken.split('.')[1] ?? '');
  const textOf = (claim: unknown): string | null => (typeof claim === 'string' && plainText(claim)) || null;
  return {
    facilityId: textOf(claims.facilityId),
    patientId: textOf(claims.patientId),
    patientLabel: textOf(claims.patientLabel),
  };
}

/** The session of one of its tokens. */
export function readSessionId(token: string): string {
  return String(parse(token.split('.')[1] ?? '').sid ?? '');
}

function parse(segment: string): Record<string, unknown> {
  try {
    const bytes = Uint8Array.from(atob(segment.replace(/-/g, '+').replace(/_/g, '/')), (character) =>
      character.charCodeAt(0),
    );
    return Object(JSON.parse(new TextDecoder().decode(bytes))) as Record<string, unknown>;
  } catch {
    return {};
  }
}
