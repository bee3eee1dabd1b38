import { t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import type { ConsentAnswer } from '../model';

export function Consent() {
  const { state, dispatch } = usePage();
  const answer = (given: ConsentAnswer) => dispatch({ type: 'consented', answer: given, at: new Date().toISOString() });
  return (
    <Layout
      name="consent"
      title={t('consent.title')}
      actions={
        <div class="action-row stack">
          <button type="button" class="button primary grow" onClick={() => answer('given')}>
            <Icon name="check" />
            {t('consent.yes')}
          </button>
          {state.session?.consent === 'ask' && (
            <button type="button" class="button quiet grow" onClick={() => answer('skipped')}>
              {t('consent.skip')}
            </button>
          )}
        </div>
      }
    >
      <div class="hero-trouble" aria-hidden="true">
        <Icon name="shield" />
      </div>
      <p class="what">{t('consent.what')}</p>
      <p class="todo">{state.session?.consent === 'require' ? t('consent.required') : t('consent.optional')}</p>
    </Layout>
  );
}
