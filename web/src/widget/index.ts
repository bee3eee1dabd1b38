/** The widget as one module: importing it in a page defines `<photobridge-widget>`. On a server it defines nothing. */

import { PhotobridgeWidget } from './element';
import type { PhotobridgeEventMap } from './events';

if (globalThis.customElements && !customElements.get('photobridge-widget'))
  customElements.define('photobridge-widget', PhotobridgeWidget);

declare global {
  interface HTMLElementTagNameMap {
    'photobridge-widget': PhotobridgeWidget;
  }
  interface HTMLElementEventMap extends PhotobridgeEventMap {}
}

export { PhotobridgeWidget };
export * from './session/index';
export type { CommitDetail, LaunchToken, PhotobridgeEventMap } from './events';
