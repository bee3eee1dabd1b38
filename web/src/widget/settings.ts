/** The settings that a host sets on the element, with the names for React and Vue templates. */

import type { PhotobridgeWidget } from './element';
import type { PhotobridgeEventMap } from './events';

type Properties = Pick<
  PhotobridgeWidget,
  'recordForm' | 'attachment' | 'recordConsent' | 'recordProvenance' | 'recordGate' | 'endOnCommit'
>;

/** The element's attributes by the names that JavaScript gives them. */
export interface PhotobridgeSettings extends Partial<Properties> {
  /** Origin of the Photobridge edge; the page's own by default. */
  apiBase?: string;
  /** BCP 47 tag for texts, dates and times; the browser's by default. */
  locale?: string;
  /** Photos cannot be exported, except into the record. */
  noExport?: boolean;
  /** Size limit of a small copy for a referral. */
  referralMaxBytes?: number;
  /** Names of files and captions begin with the patient's label. */
  exportPatient?: boolean;
}

export const ATTRIBUTES = {
  apiBase: 'api-base',
  locale: 'locale',
  recordForm: 'record-form',
  attachment: 'attachment',
  recordConsent: 'record-consent',
  recordProvenance: 'record-provenance',
  recordGate: 'record-gate',
  endOnCommit: 'end-on-commit',
  noExport: 'no-export',
  referralMaxBytes: 'referral-max-bytes',
  exportPatient: 'export-patient',
} as const satisfies Record<keyof PhotobridgeSettings, string>;

/** The attributes as HTML has them. */
export type PhotobridgeAttributes = {
  [Name in keyof PhotobridgeSettings as (typeof ATTRIBUTES)[Name]]?: PhotobridgeSettings[Name] | undefined;
} & { 'launch-token'?: string | undefined };

/** The element's events with the names that React 19 and Preact use: `onphotobridge-commit`. */
export type PhotobridgeListeners = {
  [Name in keyof PhotobridgeEventMap as `on${Name}`]?: ((event: PhotobridgeEventMap[Name]) => void) | undefined;
};
