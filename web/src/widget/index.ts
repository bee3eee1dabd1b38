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
export { createSessionSync } from './sync';
export type { SessionState, SessionSync, SessionSyncOptions } from './sync';
export type { CodeableConcept, Coding, CodedMetadata, WidgetImage } from './image';
export type { LaunchToken, PhotobridgeEventMap } from './element';
