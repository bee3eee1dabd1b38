import { t } from '../strings';
import { CodeForm } from '../parts/CodeForm';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';

/** The page without a code: how to scan one, and where to type it. */
export function Code() {
  return (
    <Layout name="code" title={t('code.title')}>
      <div class="hero-trouble" aria-hidden="true"><Icon name="qr" /></div>
      <p class="what">{t('code.scan')}</p>
      <CodeForm />
    </Layout>
  );
}
