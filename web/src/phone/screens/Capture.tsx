import { t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { Picker } from '../parts/Pickers';
import { Thumb } from '../parts/Thumb';
import { room, unsent } from '../select';
import { canUseLiveCamera } from '../camera/stream';
import { prefersLiveCamera } from '../storage';

export function Capture() {
  const { state, dispatch } = usePage();
  const waiting = unsent(state);
  const { left, max, tight } = room(state);
  // Who used the camera inside the page last finds it under the big button.
  const live = canUseLiveCamera() && prefersLiveCamera();
  return (
    <Layout
      name="capture"
      title={t('capture.title')}
      titleHidden
      actions={
        <>
          {waiting.length > 0 && (
            <button type="button" class="tray" onClick={() => dispatch({ type: 'review' })}>
              <span class="tray-thumbs" aria-hidden="true">
                {waiting.slice(-3).map((photo) => (
                  <Thumb key={photo.id} photo={photo} alt="" />
                ))}
              </span>
              <span class="tray-label">{t('capture.review', { n: waiting.length })}</span>
              <Icon name="forward" class="flip" />
            </button>
          )}
          <div class="shutter-row">
            <Picker source="gallery" class="side-button" label={t('capture.gallery')}>
              <Icon name="gallery" />
            </Picker>
            {live ? (
              <LiveButton class="shutter" label={t('capture.camera')} icon="camera" />
            ) : (
              <PhoneButton class="shutter" label={t('capture.camera')} />
            )}
            {live ? (
              <PhoneButton class="side-button" label={t('capture.phone')} />
            ) : canUseLiveCamera() ? (
              <LiveButton class="side-button" label={t('capture.live')} icon="burst" />
            ) : (
              <span />
            )}
          </div>
        </>
      }
    >
      <div class="hero" aria-hidden="true">
        <Finder />
      </div>
      <p class="hint">
        {left === 0 ? t('capture.full', { max }) : tight ? t('capture.tight', { n: left }) : t('capture.hint')}
      </p>
      {waiting.length === 0 && (
        <button type="button" class="button quiet small another" onClick={() => dispatch({ type: 'another' })}>
          {t('capture.another')}
        </button>
      )}
    </Layout>
  );
}

function PhoneButton({ class: style, label }: { class: string; label: string }) {
  return (
    <Picker source="camera" class={style} label={label}>
      <Icon name="camera" />
    </Picker>
  );
}

/** Opens the camera inside the page. */
function LiveButton({ class: style, label, icon }: { class: string; label: string; icon: 'camera' | 'burst' }) {
  const { state, dispatch } = usePage();
  return (
    <button
      type="button"
      class={style}
      disabled={room(state).left === 0}
      onClick={() => dispatch({ type: 'open', sheet: 'camera' })}
    >
      <Icon name={icon} />
      <span class="picker-label">{label}</span>
    </button>
  );
}

/** What a good photo looks like: the spot in the middle, sharp, with some skin around it. */
export function Finder() {
  return (
    <svg class="hero-finder" viewBox="0 0 160 200">
      <path
        class="finder-corners"
        d={
          'M8 44V20A12 12 0 0 1 20 8h24M116 8h24a12 12 0 0 1 12 12v24' +
          'M152 156v24a12 12 0 0 1-12 12h-24M44 192H20a12 12 0 0 1-12-12v-24'
        }
      />
      <path class="finder-skin" d="M30 62c24-10 76-10 100 0 6 26 6 52 0 78-24 10-76 10-100 0-6-26-6-52 0-78z" />
      <circle class="finder-ring" cx="80" cy="101" r="30" />
      <path class="finder-spot" d="M73 90c7-5 17-2 19 6 3 8-1 16-9 17-9 2-17-4-17-12 0-5 3-9 7-11z" />
    </svg>
  );
}
