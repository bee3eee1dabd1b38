/** The desk page's texts. The codes are those of gateway/record and gateway/server. */

export const deskEnglish = {
  opened: 'Opened for {patient} at {time}.',
  'opened.medtech': 'For another patient, open it again from Evolution.',
  'opened.smart': 'For another patient, open it again from the patient’s record.',
  loading: 'Opening the patient…',
  'earlier.title': 'Photos from {time} for {patient} are not in the record yet',
  'earlier.show': 'Show them',
  'earlier.hide': 'Hide them',
  'error.no_launch': 'This page is no longer open. Start Photobridge again from the patient’s record. Photos are kept.',
  'error.unreachable': 'The gateway does not respond. Check the network, then try again.',
  'error.record_unavailable': 'The record system does not respond. Try again in a moment.',
  'error.record_unauthorized': 'The record system refuses Photobridge. Ask IT to check its credentials.',
  'error.record_forbidden': 'Photobridge may not add photos to this record. Ask IT to check its roles.',
  'error.record_not_found': 'The record system does not know this patient any more.',
  'error.record_refused': 'The record system does not take this photo. Ask IT, with the time of this message.',
  'error.document_too_large': 'The photo is too large for the record system.',
  'error.document_unsupported': 'The photo cannot be turned into a scan. Take it again.',
  'error.document_uncertain':
    'It is not certain that the photo arrived. Look into the patient’s inbox before you try again.',
  'error.wrong_patient': 'This photo belongs to another patient. It was not added.',
  'error.too_many_requests': 'Too many photos at once. Try again in a moment.',
  'error.bad_request': 'The gateway does not understand this photo. Load the page again.',
  'error.not_found': 'The gateway does not offer this. Ask IT to update it.',
  'error.internal': 'Something went wrong in the gateway. Try again.',
  'error.no_patient': 'No patient is selected in the record system.',
  'error.launch_expired': 'This link has expired. Start Photobridge again from the patient’s record.',
  'error.launch_replayed': 'This link was used before. Start Photobridge again from the patient’s record.',
  'error.launch_foreign': 'This link is not for this practice.',
  'error.launch_invalid': 'This link cannot be read. Start Photobridge again from the patient’s record.',
} as const;

export type DeskKey = keyof typeof deskEnglish;
