import type { PhotoSnapshot } from '../../contract/engine';
import { bytesLabel, percentLabel, t } from '../strings';
import { problemText, warningText } from '../words';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { Picker } from '../parts/Pickers';
import { Thumb } from '../parts/Thumb';
import { room, unsent, sendable } from '../select';

/** So many are shown large. */
const FEW = 4;

export function Review() {
  const { state, dispatch } = usePage();
  const list = unsent(state);
  const { left, max, tight } = room(state);
  const working = list.filter(isWorking).length;
  const done = list.filter((photo) => photo.bytes > 0);
  const before = done.reduce((sum, photo) => sum + photo.originalBytes, 0);
  const after = done.reduce((sum, photo) => sum + photo.bytes, 0);
  return (
    <Layout
      name="review"
      title={t('review.title', { n: list.length })}
      actions={
        <>
          <button
            type="button"
            class="button quiet"
            disabled={sendable(state).length === 0}
            onClick={() => dispatch({ type: 'upload' })}
          >
            {t('review.upload')}
          </button>
          <div class="action-row">
            <Picker source="camera" class="button square" label={t('review.camera')}>
              <Icon name="camera" />
            </Picker>
            <Picker source="gallery" class="button square" label={t('review.gallery')}>
              <Icon name="gallery" />
            </Picker>
            <button
              type="button"
              class="button primary grow"
              disabled={list.length === 0}
              onClick={() => dispatch({ type: 'tag' })}
            >
              {t('review.tag')}
              <Icon name="forward" class="flip" />
            </button>
          </div>
        </>
      }
    >
      <p class="summary" role="status">
        {state.decoder !== null
          ? t('review.decoder', { share: percentLabel(state.decoder) })
          : working > 0
            ? t('review.working', { n: working })
            : done.length === 0
              ? t('notice.nothing-to-send')
              : before > after
                ? t('review.saved', { before: bytesLabel(before), after: bytesLabel(after) })
                : t('review.ready')}
      </p>
      {(tight || left === 0) && (
        <p class="limit">{left === 0 ? t('capture.full', { max }) : t('capture.tight', { n: left })}</p>
      )}
      <ul class={list.length > FEW ? 'grid' : 'grid grid-few'}>
        {list.map((photo, index) => (
          <Tile key={photo.id} photo={photo} number={index + 1} />
        ))}
      </ul>
    </Layout>
  );
}

const isWorking = ({ state }: PhotoSnapshot): boolean => state === 'chosen' || state === 'compressing';

function Tile({ photo, number }: { photo: PhotoSnapshot; number: number }) {
  const { dispatch } = usePage();
  const name = t('photo.name', { n: number });
  const saved = photo.bytes > 0 ? 1 - photo.bytes / photo.originalBytes : 0;
  return (
    <li class="tile">
      <button
        type="button"
        class="tile-picture"
        onClick={() => dispatch({ type: 'open', sheet: 'photo', id: photo.id })}
      >
        <Thumb photo={photo} alt={name} />
        {isWorking(photo) && (
          <span class="tile-work">
            <span class="sr">{t('photo.compressing')}</span>
          </span>
        )}
        {photo.warnings.length > 0 && (
          <span class="tile-warning">
            <Icon name="warning" />
            {warningText(photo.warnings[0] ?? 'blurred')}
          </span>
        )}
        {photo.problem && (
          <span class="tile-problem">
            <Icon name="warning" />
            {problemText(photo.problem.code)}
          </span>
        )}
      </button>
      <button
        type="button"
        class="tile-delete"
        aria-label={t('photo.delete', { name })}
        onClick={() => dispatch({ type: 'delete', id: photo.id })}
      >
        <Icon name="bin" />
      </button>
      <span class="tile-size">
        {photo.bytes > 0 ? bytesLabel(photo.bytes) : bytesLabel(photo.originalBytes)}
        {saved >= 0.01 && <span class="saving">{t('photo.saving', { share: percentLabel(saved) })}</span>}
      </span>
    </li>
  );
}
