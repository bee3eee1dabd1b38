import { t } from '../strings';
import { Icon } from '../parts/Icon';
import { PatientBar } from '../parts/Layout';
import { Finder } from './Capture';

/** The Capture screen's own outline, so that nothing jumps when it arrives. */
export function Loading() {
  return (
    <div class="screen screen-capture" aria-busy="true">
      <PatientBar />
      <main class="content">
        <h1 class="sr" tabIndex={-1} data-screen-title>
          {t('loading.title')}
        </h1>
        <p class="sr" role="status">
          {t('loading.status')}
        </p>
        <div class="hero shimmer" aria-hidden="true">
          <Finder />
        </div>
        <p class="hint hidden" aria-hidden="true">
          {t('capture.hint')}
        </p>
        <span class="button small another hidden" aria-hidden="true">
          {t('capture.another')}
        </span>
      </main>
      <div class="actions" aria-hidden="true">
        <div class="shutter-row">
          <span class="side-button ghost" />
          <span class="shutter ghost">
            <Icon name="camera" />
          </span>
          <span class="side-button ghost" />
        </div>
      </div>
    </div>
  );
}
