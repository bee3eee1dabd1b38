/** What a practice allows to leave the widget, as its host page says. */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface ExportOptions {
  /** Exports are forbidden. */
  isForbidden: boolean;
  /** The size limit of a copy for a referral. */
  referralMaxBytes: number;
  /** File names and PDFs begin with the patient's label. */
  namesPatient: boolean;
}

const REFERRAL_MAX_BYTES = 500_000;
/** Smaller ones show nothing of use. */
const LEAST_BYTES = 20_000;

/** Reads the attributes `no-export`, `referral-max-bytes` and `export-patient`. */
export function exportOptions(element: Element): ExportOptions {
  const wanted = Number(element.getAttribute('referral-max-bytes') ?? NaN);
  return {
    isForbidden: element.hasAttribute('no-export'),
    referralMaxBytes: Number.isFinite(wanted) && wanted > 0 ? Math.max(LEAST_BYTES, wanted) : REFERRAL_MAX_BYTES,
    namesPatient: element.hasAttribute('export-patient'),
  };
}

const Context = createContext<() => ExportOptions>(() => ({
  isForbidden: true,
  referralMaxBytes: REFERRAL_MAX_BYTES,
  namesPatient: false,
}));

export const ExportOptionsProvider = Context.Provider;

/** The options as the host page has set them by now. */
export const useExportOptions = (): ExportOptions => useContext(Context)();
