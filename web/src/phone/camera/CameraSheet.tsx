import { useEffect, useRef, useState } from 'preact/hooks';
import { adopt } from '../files';
import { t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Picker } from '../parts/Pickers';
import { Sheet } from '../parts/Sheet';
import { Thumb } from '../parts/Thumb';
import { room, unsent } from '../select';
import { preferLiveCamera } from '../storage';
import { usePinch } from './pinch';
import { LiveCamera, type CameraFailure, type Zoom } from './stream';

/** The camera inside the page: shot after shot, and nothing reaches the gallery. */
export function CameraSheet() {
  const { state, dispatch, media } = usePage();
  const video = useRef<HTMLVideoElement>(null);
  const { camera, failure } = useCamera(video);
  const [busy, setBusy] = useState(false);
  const [flash, setFlash] = useState(0);
  const taken = unsent(state);
  const { left, max } = room(state);
  const close = () => dispatch({ type: 'close' });

  const shoot = async () => {
    if (!camera || !video.current || busy || left === 0) return;
    setBusy(true);
    try {
      const at = new Date();
      const blob = await camera.shoot(video.current);
      const name = `photo-${at.getTime()}.jpg`;
      const photos = adopt(media, [new File([blob], name, { type: blob.type, lastModified: at.getTime() })], 'camera');
      preferLiveCamera(true);
      navigator.vibrate?.(15);
      setFlash((n) => n + 1);
      dispatch({ type: 'chosen', photos });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Sheet name="camera" title={t('camera.title')} subtitle={state.session?.patientLabel ?? ''} onClose={close}>
      {failure ? (
        <div class="camera-failure">
          <Icon name="warning" />
          <p>{t(`camera.${failure}`)}</p>
          <Picker source="camera" class="button primary" label={t('camera.own')}>
            <Icon name="camera" />
          </Picker>
        </div>
      ) : (
        <Finder video={video} camera={camera} flash={flash} />
      )}
      <p class="sr" role="status">
        {left === 0 ? t('camera.full', { max }) : flash > 0 ? t('camera.taken', { n: taken.length }) : ''}
      </p>
      <div class="camera-bar">
        <button type="button" class="camera-last" disabled={taken.length === 0} onClick={close}>
          <span class="camera-last-thumb" aria-hidden="true">
            {taken.slice(-1).map((photo) => (
              <Thumb key={photo.id} photo={photo} alt="" />
            ))}
          </span>
          {t('camera.done', { n: taken.length })}
        </button>
        <button
          type="button"
          class="camera-shutter"
          aria-label={t('camera.shoot')}
          aria-disabled={!camera || busy || left === 0}
          onClick={() => void shoot()}
        />
        {camera?.hasTorch ? <Torch camera={camera} /> : <span />}
      </div>
      <p class="camera-hint">
        {left === 0 ? t('camera.full', { max }) : left <= 3 ? t('capture.tight', { n: left }) : t('camera.private')}
      </p>
    </Sheet>
  );
}

/**
 * Opens the camera while the page is seen, closes it otherwise: it is the patient's privacy and the
 * phone's battery.
 */
function useCamera(video: { current: HTMLVideoElement | null }): {
  camera: LiveCamera | null;
  failure: CameraFailure | null;
} {
  const [camera, setCamera] = useState<LiveCamera | null>(null);
  const [failure, setFailure] = useState<CameraFailure | null>(null);
  useEffect(() => {
    let open: LiveCamera | null = null;
    let wanted = true;
    const stop = () => {
      open?.stop();
      open = null;
      setCamera(null);
    };
    const start = async () => {
      try {
        const opened = await LiveCamera.open();
        if (!wanted || document.visibilityState === 'hidden') return opened.stop();
        open = opened;
        if (video.current) video.current.srcObject = opened.stream;
        setCamera(opened);
      } catch (error) {
        setFailure(LiveCamera.failureOf(error));
      }
    };
    const onVisibility = () => (document.visibilityState === 'hidden' ? stop() : void start());
    document.addEventListener('visibilitychange', onVisibility);
    void start();
    return () => {
      wanted = false;
      document.removeEventListener('visibilitychange', onVisibility);
      stop();
    };
  }, []);
  return { camera, failure };
}

interface FinderProps {
  video: { current: HTMLVideoElement | null };
  camera: LiveCamera | null;
  flash: number;
}

function Finder({ video, camera, flash }: FinderProps) {
  const [zoom, setZoom] = useState<Zoom>();
  useEffect(() => setZoom(camera?.zoom), [camera]);
  const zoomTo = (now: number) => {
    if (!zoom || !camera) return;
    setZoom({ ...zoom, now });
    void camera.setZoom(now);
  };
  const pinch = usePinch(zoom, zoomTo);
  return (
    <div class="finder" {...pinch}>
      <video ref={video} playsInline muted autoPlay aria-hidden="true" />
      {!camera && (
        <p class="finder-wait" role="status">
          {t('camera.starting')}
        </p>
      )}
      {flash > 0 && <span class="finder-flash" key={flash} aria-hidden="true" />}
      {zoom && (
        <label class="finder-zoom">
          <span class="sr">{t('camera.zoom')}</span>
          <input
            type="range"
            min={zoom.min}
            max={zoom.max}
            step={zoom.step || 0.1}
            value={zoom.now}
            onInput={(event) => zoomTo(event.currentTarget.valueAsNumber)}
          />
          <span aria-hidden="true">{t('camera.zoom.times', { n: Math.round(zoom.now * 10) / 10 })}</span>
        </label>
      )}
    </div>
  );
}

function Torch({ camera }: { camera: LiveCamera }) {
  const [on, setOn] = useState(false);
  const toggle = () => {
    setOn(!on);
    void camera.setTorch(!on);
  };
  return (
    <button type="button" class="camera-torch" aria-pressed={on} onClick={toggle}>
      <Icon name="torch" />
      {t('camera.torch')}
    </button>
  );
}
