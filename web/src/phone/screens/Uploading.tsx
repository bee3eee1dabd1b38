import type { PhotoSnapshot } from '../../contract/engine';
import { bytesLabel, percentLabel, t } from '../strings';
import { correctedText, problemText, progressText, sizeText } from '../words';
import { usePage } from '../parts/context';
import { Icon, type IconName } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { Thumb } from '../parts/Thumb';
import { batch, settled } from '../select';

export function Uploading() {
  const { state, dispatch } = usePage();
  const list = batch(state);
  const snapshot = state.snapshot;
  const total = snapshot?.totalBytes ?? 0;
  const confirmed = list.filter((photo) => photo.state === 'confirmed').length;
  // Whole only when the edge has confirmed them all: who reads 100 % puts the phone away.
  const share = total > 0 ? Math.min(confirmed === list.length ? 1 : 0.99, (snapshot?.sentBytes ?? 0) / total) : 0;
  const failed = list.filter((photo) => photo.state === 'failed' || photo.state === 'cancelled');
  const paused = snapshot?.phase === 'paused';
  const waiting = snapshot?.phase === 'waiting';
  return (
    <Layout
      name="uploading"
      title={t('uploading.title', { n: list.length })}
      actions={
        <div class="action-row">
          {failed.some((photo) => photo.state === 'cancelled' || photo.problem?.retryable) && (
            <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'retry' })}>
              <Icon name="retry" />
              {t('uploading.retry-all')}
            </button>
          )}
          {paused ? (
            <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'upload' })}>
              {t('uploading.resume')}
            </button>
          ) : (
            <button type="button" class="button grow" onClick={() => dispatch({ type: 'pause' })}>
              <Icon name="pause" />
              {t('uploading.pause')}
            </button>
          )}
        </div>
      }
    >
      <div class="total">
        <Ring share={share} />
        <p class="total-text">
          <strong>{t('uploading.count', { done: confirmed, n: list.length })}</strong>
          <span>{t('uploading.bytes', { sent: bytesLabel(snapshot?.sentBytes ?? 0), total: bytesLabel(total) })}</span>
          {snapshot?.secondsLeft !== undefined && !paused && !waiting && (
            <span>{t('uploading.left', { n: Math.max(1, Math.ceil(snapshot.secondsLeft)) })}</span>
          )}
        </p>
      </div>
      {/* Spoken seldom: whole photos, not percents. */}
      <p class="sr" role="status">
        {t('uploading.count', { done: confirmed, n: list.length })}
      </p>
      <div role="status">
        {(waiting || !state.online) && (
          <p class="banner">
            <Icon name="offline" />
            <span>{snapshot?.problem ? problemText(snapshot.problem.code) : t('uploading.waiting')}</span>
          </p>
        )}
      </div>
      <ul class="rows">
        {list.map((photo, index) => (
          <Row key={photo.id} photo={photo} number={index + 1} />
        ))}
      </ul>
    </Layout>
  );
}

function Row({ photo, number }: { photo: PhotoSnapshot; number: number }) {
  const { state, dispatch } = usePage();
  const { id } = photo;
  const name = t('photo.name', { n: number });
  const stuck = photo.state === 'failed' || photo.state === 'cancelled';
  const retryable = photo.state === 'cancelled' || photo.problem?.retryable === true;
  return (
    <li class={`row row-${photo.state}`}>
      <span class="row-thumb">
        <Thumb photo={photo} alt={name} />
      </span>
      <span class="row-text">
        <strong>{progressText(photo, state.decoder)}</strong>
        <span>{photo.correction === 'overruled' ? correctedText(photo.metadata) : sizeText(photo)}</span>
        {!stuck && !settled(photo) && <Bar share={photo.bytes > 0 ? photo.sentBytes / photo.bytes : 0} label={name} />}
      </span>
      {photo.state === 'confirmed' && <Icon name="check" class="row-done" />}
      {stuck && retryable && (
        <RowButton icon="retry" label={t('photo.retry', { name })} onClick={() => dispatch({ type: 'retry', id })} />
      )}
      {stuck && (
        <RowButton icon="bin" label={t('photo.delete', { name })} onClick={() => dispatch({ type: 'delete', id })} />
      )}
      {!stuck && !settled(photo) && (
        <RowButton icon="close" label={t('photo.cancel', { name })} onClick={() => dispatch({ type: 'cancel', id })} />
      )}
    </li>
  );
}

function RowButton({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function Bar({ share, label }: { share: number; label: string }) {
  return <progress class="bar" max={1} value={Math.min(1, share)} aria-label={label} />;
}

const RADIUS = 44;
const LENGTH = 2 * Math.PI * RADIUS;

function Ring({ share }: { share: number }) {
  return (
    <div
      class="ring"
      role="progressbar"
      aria-label={t('uploading.progress')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="ring-track" cx="50" cy="50" r={RADIUS} />
        <circle
          class="ring-fill"
          cx="50"
          cy="50"
          r={RADIUS}
          stroke-dasharray={LENGTH}
          stroke-dashoffset={LENGTH * (1 - share)}
        />
      </svg>
      <span aria-hidden="true">{percentLabel(share)}</span>
    </div>
  );
}
