/** The widget's style sheet: one for all elements of a page. */

import addingStyles from './adding/adding.css?inline';
import exportStyles from './export/export.css?inline';
import styles from './style.css?inline';
import viewerStyles from './viewer.css?inline';

let sheet: CSSStyleSheet | undefined;

/** Returns the sheet, made when the first element needs it: a server has none. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles + viewerStyles + exportStyles + addingStyles);
  }
  return sheet;
}
