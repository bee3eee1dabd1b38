import { t } from '../strings';
import { CodeForm } from '../parts/CodeForm';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { ReturnButton } from '../parts/ReturnButton';
import { alive } from '../select';

/** The page without a code, or about to take another: how to scan one, and where to type it. */
export function Code() {
  const { state } = usePage();
  return (
    <Layout name="code" title={t('code.title')} actions={alive(state) && <ReturnButton />}>
      <div class="hero-trouble" aria-hidden="true">
        <Icon name="qr" />
      </div>
      <p class="what">{t('code.scan')}</p>
      <CodeForm />
    </Layout>
  );
}
