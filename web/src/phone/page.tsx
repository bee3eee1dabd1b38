import { render } from 'preact';
import { App } from './App';
import type { Loaders, Start } from '../../../wasm/browser/lazy';
import { Runtime } from './runtime';
import { loadLanguage } from './strings';

// Found at build time: without an engine the page says so and keeps working in its plain way.
const engines = import.meta.glob<{ startEngine: Start }>('../../../wasm/browser/client.ts');

const loaders: Loaders = {
  full: async () => {
    const load = engines['../../../wasm/browser/client.ts'];
    return load ? (await load()).startEngine : await loaders.plain();
  },
  plain: async () => (await import('./plain/queue')).startPlain,
};

const root = document.getElementById('app');
if (!root) throw new Error('mobile.html has no #app');

let drawn = false;
const runtime = new Runtime(loaders, () => {
  // Several changes in one turn are one drawing.
  if (drawn) return;
  drawn = true;
  queueMicrotask(() => {
    drawn = false;
    render(<App state={runtime.state} dispatch={runtime.dispatch} media={runtime.media} />, root);
  });
});

await loadLanguage();
root.replaceChildren();
runtime.boot();
