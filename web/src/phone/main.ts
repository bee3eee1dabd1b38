import './style/base.css';
import './style/controls.css';
import './style/capture.css';
import './style/review.css';
import './style/metadata.css';
import './style/figure.css';
import './style/photo.css';
import './style/uploading.css';
import './style/outcome.css';
import './style/camera.css';
import './style/landscape.css';
import { exchangeEarly } from './code';

const AGAIN_MS = 2_000;

exchangeEarly();
// A file that was lost on the way: the address still holds the code, so the page can begin anew.
import('./page').catch(() => setTimeout(() => location.reload(), AGAIN_MS));
