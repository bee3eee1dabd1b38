import { useEffect, useState } from 'preact/hooks';
import { captured } from '../captured';
import { adopt } from '../files';
import { t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Picker } from '../parts/Pickers';
import { Sheet } from '../parts/Sheet';
import { Thumb } from '../parts/Thumb';
import { room, unsent } from '../select';
import { preferLiveCamera } from '../storage';
import { patientText } from '../words';
import { useGuide } from './guide';
import { nextLens } from './lens';
import { canShoot, type CameraFailure, type CameraState } from './machine';
import { usePinch } from './pinch';
import { camera, type CameraView } from './runtime';
import type { LiveCamera, Zoom } from './stream';

/** The camera inside the page: shot after shot, and nothing reaches the gallery. */
export function CameraSheet() {
  const { state, dispatch } = usePage();
  const view = useCamera();
  const { device } = view;
  const { flash, shoot } = useShutter();
  const guide = useGuide(state.session);
  const taken = unsent(state);
  const { left, max } = room(state);
  const close = () => dispatch({ type: 'close' });
  const { failure } = view.state;

  return (
    <Sheet
      name="camera"
      title={t('camera.title')}
      subtitle={state.session ? patientText(state.session) : ''}
      onClose={close}
    >
      {failure ? <Failure failure={failure} /> : <Finder view={view} flash={flash} guide={guide} />}
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
          aria-disabled={!canShoot(view.state) || left === 0}
          onClick={shoot}
        />
        <span class="camera-tools">
          <LensButton state={view.state} />
          {device?.hasTorch && <Torch key={device.stream.id} device={device} />}
        </span>
      </div>
      <p class="camera-hint">
        {left === 0 ? t('camera.full', { max }) : left <= 3 ? t('capture.tight', { n: left }) : t('camera.private')}
      </p>
    </Sheet>
  );
}

/** Opens the camera with the sheet, and closes it with the sheet. */
function useCamera(): CameraView {
  const [view, setView] = useState(camera.view);
  useEffect(() => camera.open(setView), []);
  return view;
}

/** Takes photos. A photo belongs to the patient who was shown when the shutter was pressed. */
function useShutter(): { flash: number; shoot: () => void } {
  const { state, dispatch, media } = usePage();
  const [flash, setFlash] = useState(0);
  const { session } = state;
  const { left } = room(state);
  const shoot = () => {
    if (!session || left === 0) return;
    camera.shoot((photo, at) => {
      const file = new File([photo], `photo-${at.getTime()}.jpg`, { type: photo.type, lastModified: at.getTime() });
      const photos = adopt(media, [file], 'camera').map((one) => ({ ...one, captured: captured(at) }));
      preferLiveCamera(true);
      navigator.vibrate?.(15);
      setFlash((n) => n + 1);
      dispatch({ type: 'chosen', photos, session });
    });
  };
  return { flash, shoot };
}

function Failure({ failure }: { failure: CameraFailure }) {
  return (
    <div class="camera-failure">
      <Icon name="warning" />
      <p role="alert">{t(`camera.${failure}`)}</p>
      <button type="button" class="button primary" onClick={() => camera.dispatch({ type: 'retry' })}>
        <Icon name="retry" />
        {t('error.retry')}
      </button>
      <Picker source="camera" class="button" label={t('camera.own')}>
        <Icon name="camera" />
      </Picker>
    </div>
  );
}

/** What the finder says over the picture: why it does not move yet, or that a photo was missed. */
function remark({ stream, missed }: CameraState): string {
  if (stream.is === 'live' && stream.muted) return t('camera.muted');
  if (stream.is !== 'live' || !stream.frame) return t('camera.starting');
  return missed ? t('camera.missed') : '';
}

function Finder({ view, flash, guide }: { view: CameraView; flash: number; guide: string | null }) {
  const { device, state } = view;
  const [zoom, setZoom] = useState<Zoom>();
  useEffect(() => setZoom(device?.zoom), [device]);
  const zoomTo = (now: number) => {
    if (!zoom || !device) return;
    setZoom({ ...zoom, now });
    void device.setZoom(now);
  };
  const says = remark(state);
  const pinch = usePinch(zoom, zoomTo);
  return (
    <div class="finder" {...pinch}>
      <video ref={camera.showIn} playsInline muted autoPlay aria-hidden="true" />
      {guide && <Ghost url={guide} />}
      <p class={`finder-says ${canShoot(state) ? 'over' : ''}`} role="status">
        {says && <span>{says}</span>}
      </p>
      {flash > 0 && <span class="finder-flash" key={flash} aria-hidden="true" />}
      {zoom && (
        <label class="finder-slider finder-zoom">
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

/** An earlier photo over the live picture. A photo is taken from the camera, so nothing of this is in it. */
function Ghost({ url }: { url: string }) {
  const [percent, setPercent] = useState(40);
  return (
    <>
      <img class="finder-ghost" src={url} alt="" style={{ opacity: percent / 100 }} />
      <label class="finder-slider finder-strength">
        <span>{t('camera.guide')}</span>
        <input
          type="range"
          min={0}
          max={80}
          step={5}
          value={percent}
          aria-valuetext={t('camera.guide.strength', { percent })}
          onInput={(event) => setPercent(event.currentTarget.valueAsNumber)}
        />
      </label>
    </>
  );
}

/** Turns to the next lens at the back, where there are several. */
function LensButton({ state }: { state: CameraState }) {
  const { lenses, stream } = state;
  if (lenses.length < 2) return null;
  const current = stream.is === 'off' ? state.lens : stream.lens;
  const n = lenses.findIndex(({ id }) => id === current) + 1;
  const turn = () => {
    const next = nextLens(lenses, current);
    if (next) camera.dispatch({ type: 'choose', lens: next.id });
  };
  return (
    <button type="button" class="camera-tool" onClick={turn}>
      <Icon name="lens" />
      <span>
        {t('camera.lens')}
        {n > 0 && <span> {t('camera.lens.of', { n, of: lenses.length })}</span>}
      </span>
    </button>
  );
}

function Torch({ device }: { device: LiveCamera }) {
  const [on, setOn] = useState(false);
  const toggle = () => {
    setOn(!on);
    void device.setTorch(!on);
  };
  return (
    <button type="button" class="camera-tool" aria-pressed={on} onClick={toggle}>
      <Icon name="torch" />
      {t('camera.torch')}
    </button>
  );
}
