/** Shows one state of the widget: widget.html?state=viewer */

import { render } from 'preact';
import { EarlierProvider } from '../widget/earlier';
import { ExportOptionsProvider } from '../widget/export/options';
import exportStyles from '../widget/export/export.css?inline';
import type { SessionSync } from '../widget/session/api';
import styles from '../widget/style.css?inline';
import viewerStyles from '../widget/viewer/viewer.css?inline';
import { Widget } from '../widget/Widget';
import { wordsFor } from '../widget/words';
import { show } from './show';
import { WIDGET_STATES, type WidgetState } from './widget-states';

void show(WIDGET_STATES, async ({ state, gate, press = [], earlier = [] }, place) => {
  const root = place.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles + viewerStyles + exportStyles);
  root.adoptedStyleSheets = [sheet];
  render(
    <ExportOptionsProvider value={() => ({ isForbidden: false, referralMaxBytes: 500_000, namesPatient: false })}>
      <EarlierProvider value={() => earlier}>
        <Widget sync={still(state)} words={wordsFor('en')} gate={gate ?? 'site-side'} onCommit={() => undefined} />
      </EarlierProvider>
    </ExportOptionsProvider>,
    root,
  );
  for (const selector of press) (await drawn(root, selector)).click();
});

/** Returns the element once it is drawn: what one press opens, the next one may be in. */
async function drawn(root: ShadowRoot, selector: string): Promise<HTMLElement> {
  for (;;) {
    const element = root.querySelector<HTMLElement>(selector);
    if (element) return element;
    await new Promise(requestAnimationFrame);
  }
}

/** A session in which nothing happens. */
function still(state: WidgetState['state']): SessionSync {
  const nothing = (): void => undefined;
  const later = (): Promise<void> => Promise.resolve();
  return {
    store: { getState: () => state, subscribe: () => nothing },
    showCode: later,
    refresh: nothing,
    reopen: nothing,
    correct: nothing,
    remove: nothing,
    restore: nothing,
    derive: () => undefined,
    add: later,
    retryAdding: nothing,
    cancelAdding: nothing,
    exported: nothing,
    commit: () => Promise.resolve(false),
    end: later,
    stay: nothing,
    removePhone: later,
    admit: later,
    offerGuide: later,
    close: nothing,
  };
}
