/** The widget's style sheet. All elements of a page share it. */

import addingStyles from './adding/adding.css?inline';
import exportStyles from './export/export.css?inline';
import styles from './style.css?inline';
import viewerStyles from './viewer/viewer.css?inline';

let sheet: CSSStyleSheet | undefined;

/** Returns the sheet. The first element creates it, and not the import, because servers have no style sheets. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles + viewerStyles + exportStyles + addingStyles);
  }
  return sheet;
}
