import { t } from '../strings';
import { CodeForm } from '../parts/CodeForm';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { alive } from '../select';
import { patientText } from '../words';

/** The page without a code, or about to take another: how to scan one, and where to type it. */
export function Code() {
  const { state, dispatch } = usePage();
  return (
    <Layout
      name="code"
      title={t('code.title')}
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
      <div class="hero-trouble" aria-hidden="true">
        <Icon name="qr" />
      </div>
      <p class="what">{t('code.scan')}</p>
      <CodeForm />
    </Layout>
  );
}
