import { sizeText, problemText, warningText } from '../words';
import { t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Sheet } from '../parts/Sheet';
import { Thumb } from '../parts/Thumb';
import { currentPhoto, unsent } from '../select';

/** One photo, large, with what is known of it. */
export function PhotoSheet() {
  const { state, dispatch } = usePage();
  const photo = currentPhoto(state);
  if (!photo) return null;
  const name = t('photo.name', { n: unsent(state).findIndex(({ id }) => id === photo.id) + 1 });
  return (
    <Sheet name="photo" title={name} onClose={() => dispatch({ type: 'close' })}>
      <div class="large">
        <Thumb photo={photo} alt={name} full />
      </div>
      <ul class="facts">
        <li>
          {sizeText(photo)}
          {photo.width > 0 && (
            <>
              {' '}
              ·{' '}
              <bdi>
                {photo.width} × {photo.height}
              </bdi>
            </>
          )}
        </li>
        {photo.warnings.map((warning) => (
          <li key={warning} class="fact-warning">
            <Icon name="warning" />
            {t(`warning.${warning}.long`)}
            <span class="sr"> {warningText(warning)}</span>
          </li>
        ))}
        {photo.problem && (
          <li class="fact-problem">
            <Icon name="warning" />
            {problemText(photo.problem.code)}
          </li>
        )}
      </ul>
      <div class="action-row">
        <button type="button" class="button grow danger" onClick={() => dispatch({ type: 'delete', id: photo.id })}>
          <Icon name="bin" />
          {t('photo.delete.this')}
        </button>
        <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'close' })}>
          {t('photo.keep')}
        </button>
      </div>
    </Sheet>
  );
}
