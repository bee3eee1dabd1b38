/** The widget of one launch. */

import type { PhotobridgeWidget } from '../widget';
import { inRecord } from './tickets';

/** Makes a widget that knows which photos are in the record, whichever tab of this browser put them there. */
export function createWidget(apiBase: string, token: () => Promise<string>): PhotobridgeWidget {
  const widget = document.createElement('photobridge-widget');
  widget.setAttribute('api-base', apiBase);
  widget.committed = inRecord();
  widget.launchToken = token;
  return widget;
}
