import { t } from '../strings';
import { patientText } from '../words';
import { usePage } from './context';

/** Leads back to the patient whose session is still open. */
export function ReturnButton() {
  const { state, dispatch } = usePage();
  return (
    <div class="action-row stack">
      <button type="button" class="button grow" onClick={() => dispatch({ type: 'back' })}>
        {t('error.return', { patient: state.session ? patientText(state.session) : '' })}
      </button>
    </div>
  );
}
