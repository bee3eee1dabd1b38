/** Listens with Ably's client, which is almost as large as the rest and is loaded while the session is opened. */

import type { Realtime } from './realtime';

/** Starts to load the client. */
export function loadRealtime(): void {
  void import('./realtime').catch(() => undefined);
}

/** Where the client cannot be loaded, the list is polled. */
export const listenOnceLoaded: Realtime = (access, handlers) => {
  let stop: (() => void) | undefined;
  let isStopped = false;
  import('./realtime').then(
    ({ listen }) => {
      if (!isStopped) stop = listen(access, handlers);
    },
    () => {
      if (!isStopped) handlers.down();
    },
  );
  return () => {
    isStopped = true;
    stop?.();
  };
};
