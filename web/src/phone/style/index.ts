/** All styles of the phone page, in the order in which they apply. */

import './base.css';
import './controls.css';
import './capture.css';
import './review.css';
import './metadata.css';
import './figure.css';
import './photo.css';
import './uploading.css';
import './outcome.css';
import './camera.css';
import './landscape.css';
