import { t } from '../strings';
import { usePage } from '../parts/context';
import { Layout } from '../parts/Layout';
import { alive } from '../select';
import { patientText } from '../words';

/** The phone waits until its number is typed on the desktop. */
export function Waiting() {
  const { state, dispatch } = usePage();
  return (
    <Layout
      name="waiting"
      title={t('waiting.title')}
      actions={
        alive(state) && (
          <div class="action-row stack">
            <button type="button" class="button grow" onClick={() => dispatch({ type: 'back' })}>
              {t('error.return', { patient: state.session ? patientText(state.session) : '' })}
            </button>
          </div>
        )
      }
    >
      <p class="join-number" role="status">
        <span class="sr">{t('waiting.number')} </span>
        {state.number}
      </p>
      <p class="what">{t('waiting.todo')}</p>
    </Layout>
  );
}
