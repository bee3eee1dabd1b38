/**
 * The HTTP API of the edge, as shared/*.go declares it. The samples in
 * shared/testdata are decoded by the tests of both sides.
 * Times are RFC 3339 UTC strings; binary values are standard base64.
 */

export const BASE_PATH = '/api/medtech/session';

export type Laterality = 'left' | 'right' | 'bilateral' | 'na';
export type View = 'overview' | 'close-up';
export type Consent = 'off' | 'ask' | 'require';

/** What a clinician says of a photo. Every field may be missing. */
export interface Metadata {
  laterality?: Laterality;
  /** An id of the sites in shared/bodysites.json. */
  bodySite?: string;
  view?: View;
  /** At most 500 characters. */
  notes?: string;
  capturedAt?: string;
  /** When the patient agreed, where the session asks for it. */
  consentAt?: string;
}

/** `POST /create` and `POST /{encounterId}/token`. */
export interface CreateResponse {
  encounterId: string;
  token: string;
  tokenExpiresAt: string;
  mobileUrl: string;
  /** For a phone whose camera will not scan: `7K3M-9QTX`. It lives as long as the token. */
  typedCode: string;
  desktopToken: string;
  sessionExpiresAt: string;
  maxImages: number;
  /** Origin of the presigned URLs: a connection to it can be opened ahead of need. */
  storageOrigin?: string;
}

export interface PhoneLimits {
  maxImageBytes: number;
  maxNotes: number;
  maxBatch: number;
}

/** `POST /token`. */
export interface ExchangeRequest {
  /** As it was typed. */
  typedCode: string;
}

/** `GET /token/{token}` and `POST /token`: all that a phone needs to work. */
export interface TokenResponse {
  encounterId: string;
  patientId: string;
  patientLabel: string;
  facilityId: string;
  uploadToken: string;
  journalKey: string;
  sessionExpiresAt: string;
  maxImages: number;
  imageCount: number;
  limits: PhoneLimits;
  consent: Consent;
  /** As in CreateResponse. */
  storageOrigin?: string;
}

export interface PresignImage {
  imageId: string;
  contentType: string;
  size: number;
  sha256: string;
}

/** `POST /presigned-url`: one image or a batch. */
export interface PresignRequest {
  encounterId: string;
  images: PresignImage[];
}

export interface PresignedUpload {
  imageId: string;
  s3Key: string;
  uploadUrl: string;
  headers: Record<string, string>;
  expiresAt: string;
}

export interface PresignResponse {
  images: PresignedUpload[];
}

/** `POST /images`. */
export interface ConfirmRequest {
  encounterId: string;
  imageId: string;
  /** As the presign call gave it. */
  s3Key: string;
  width: number;
  height: number;
  metadata: Metadata;
}

export interface Image {
  imageId: string;
  s3Key: string;
  contentType: string;
  size: number;
  sha256: string;
  width: number;
  height: number;
  metadata: Metadata;
  uploadedAt: string;
  updatedAt: string;
  /** A presigned GET; missing in the phone's own list. */
  previewUrl?: string;
}

export interface ConfirmResponse {
  image: Image;
  imageCount: number;
  notified: boolean;
}

/** `GET /images/{encounterId}`, in the order of confirmation. */
export interface ListResponse {
  encounterId: string;
  images: Image[];
  revision: number;
  sessionExpiresAt: string;
  phoneConnectedAt?: string;
  urlsExpireAt?: string;
}

/** `GET /{encounterId}/realtime`. */
export interface RealtimeResponse {
  token: string;
  expiresAt: string;
  channel: string;
  /** The origin of a realtime server other than Ably's own. */
  realtimeUrl?: string;
}

export type EventName = 'phone-connected' | 'image-uploaded' | 'image-updated' | 'image-removed' | 'session-ended';

/** The payload of a realtime message: a hint to fetch, never the data. */
export interface SessionEvent {
  imageId?: string;
  revision: number;
}

export type ApiErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'token_invalid'
  | 'session_expired'
  | 'image_not_found'
  | 'limit_reached'
  | 'encounter_mismatch'
  | 'object_missing'
  | 'too_large'
  | 'unsupported_type'
  | 'metadata_invalid'
  | 'rate_limited'
  | 'upstream_unavailable'
  | 'internal';

/** An error, `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ApiErrorCode;
  detail: string;
  requestId: string;
}
