import './style/base.css';
import './style/controls.css';
import './style/screens.css';
import { exchangeEarly } from './code';

const AGAIN_MS = 2_000;

exchangeEarly();
// A file that was lost on the way: the address still holds the code, so the page can begin anew.
import('./page').catch(() => setTimeout(() => location.reload(), AGAIN_MS));
