/**
 * The engine for photos that are added on a desktop. The widget loads this page in a hidden frame. So the engine runs
 * under the edge's policy and cannot reach the host page, whose policy only has to allow the frame.
 */

import { Engine } from '../../../wasm/browser/client';
import { canRunEngine } from '../../../wasm/browser/support';
import type { Command } from '../contract/engine';

addEventListener('message', function meet({ source, ports: [port] }) {
  if (source !== parent || !port) return;
  removeEventListener('message', meet);
  serve(port);
});

/** Passes commands to the engine, and its events back. */
function serve(port: MessagePort): void {
  const engine = new Engine((event) => port.postMessage(event));
  port.onmessage = ({ data }: MessageEvent<Command>) => {
    // Photos are sent to the edge that serves this page, whatever the page around it says.
    engine.send(data.type === 'open' ? { ...data, apiBase: location.origin } : data);
    if (canRunEngine()) engine.start();
    else port.postMessage({ type: 'failed', code: 'engine_unsupported' });
  };
  port.postMessage({ type: 'here' });
  const lifecycle = (): void => {
    engine.send({ type: 'lifecycle', visible: document.visibilityState === 'visible', online: navigator.onLine });
  };
  lifecycle();
  document.addEventListener('visibilitychange', lifecycle);
  addEventListener('online', lifecycle);
  addEventListener('offline', lifecycle);
}
