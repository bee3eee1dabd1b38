/** The values that a host sets on the element, and the events that it receives. */

import type { WidgetImage } from './image';
import type { Commit, SessionState } from './session/api';

export type LaunchToken = string | (() => Promise<string>);

export interface CommitDetail extends Commit {
  /**
   * Extends the commit, like `ExtendableEvent.waitUntil`. The photos count as
   * committed when every promise has resolved. If one rejects, its message is
   * shown. What it resolves to counts as with a photo's `keep`. Call it
   * synchronously in the listener.
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
