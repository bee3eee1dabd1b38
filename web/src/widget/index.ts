/** The widget as one module: importing it defines `<photobridge-widget>`. */

import { PhotobridgeWidget, type PhotobridgeEventMap } from './element';

if (!customElements.get('photobridge-widget')) customElements.define('photobridge-widget', PhotobridgeWidget);

declare global {
  interface HTMLElementTagNameMap {
    'photobridge-widget': PhotobridgeWidget;
  }
  interface HTMLElementEventMap extends PhotobridgeEventMap {}
}

export { PhotobridgeWidget };
export { createSessionSync } from './session/sync';
export type {
  Commit,
  Connection,
  SessionProblem,
  SessionState,
  SessionStatus,
  SessionStore,
  SessionSync,
  SessionSyncOptions,
} from './session/api';
export { gapsIn, readyToCommit, type Gap, type RecordGate } from './readiness';
export { missingFrom } from './image';
export type { AttachmentForm, ConsentForm, ProvenanceForm, RecordForm, RecordForms } from './record/context';
export type { Bundle } from './record/transaction';
export type { TimelineEntry } from './session/timeline';
export type { CodeableConcept, Coding, CodedMetadata, EarlierPhoto, MetadataChange, WidgetImage } from './image';
export type { CommitDetail, LaunchToken, PhotobridgeEventMap } from './element';
