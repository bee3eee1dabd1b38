import { render } from 'preact';
import { App } from './App';
import { Runtime } from './runtime';
import { loadLanguage } from './strings';

const root = document.getElementById('app');
if (!root) throw new Error('mobile.html has no #app');

let drawn = false;
const runtime = new Runtime(() => {
  // Several changes in one turn are drawn once.
  if (drawn) return;
  drawn = true;
  queueMicrotask(() => {
    drawn = false;
    render(<App state={runtime.state} dispatch={runtime.dispatch} media={runtime.media} />, root);
  });
});

if (import.meta.env.DEV) void import('./debug').then(({ installDebug }) => installDebug(() => runtime.state));

await loadLanguage();
root.replaceChildren();
runtime.boot();
