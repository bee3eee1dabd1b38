import './style';
import { canRunEngine } from '../../../wasm/browser/support';
import { exchangeEarly } from './code';

const AGAIN_MS = 2_000;

// A phone that cannot send photos must not appear on the desktop as connected.
if (canRunEngine()) exchangeEarly();
// A file was lost on the way. The address still holds the code, so the page can load again.
import('./page').catch(() => setTimeout(() => location.reload(), AGAIN_MS));
