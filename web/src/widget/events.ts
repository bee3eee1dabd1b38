/** What a host gives the element, and the events that it hears. */

import type { WidgetImage } from './image';
import type { Commit, SessionState } from './session/api';

export type LaunchToken = string | (() => Promise<string>);

export interface CommitDetail extends Commit {
  /**
   * Holds the commit open, as an ExtendableEvent's does: the photos count as
   * committed when every promise has resolved. The message of one that rejects
   * is shown. Call it while the event is dispatched.
   */
  waitUntil(kept: PromiseLike<unknown>): void;
}

export interface PhotobridgeEventMap {
  'photobridge-commit': CustomEvent<CommitDetail>;
  'photobridge-image': CustomEvent<{ image: WidgetImage }>;
  'photobridge-status': CustomEvent<{
    status: SessionState['status'];
    connection: SessionState['connection'];
    phoneConnected: boolean;
  }>;
  'photobridge-error': CustomEvent<NonNullable<SessionState['problem']>>;
}
