/** The session without the element: for a page with its own user interface. */

export { createSessionSync } from './sync';
export type {
  Commit,
  Connection,
  EndQuestion,
  ExpectedPhoto,
  ProblemCode,
  SessionProblem,
  SessionState,
  SessionStatus,
  SessionStore,
  SessionSync,
  SessionSyncOptions,
} from './api';
export { gapsIn, readyToCommit, type Gap, type RecordGate } from '../readiness';
export { missingFrom } from '../image';
export type {
  CodeableConcept,
  Coding,
  CodedMetadata,
  Derivation,
  EarlierPhoto,
  MetadataChange,
  WidgetImage,
} from '../image';
export type { AttachmentForm, ConsentForm, ProvenanceForm, RecordForm, RecordForms } from '../record/context';
export type { CommitPhoto } from '../record/delivery';
export type { CommitCode, CommitProblem } from '../record/results';
export type { Bundle } from '../record/transaction';
export type { TimelineEntry } from './timeline';
