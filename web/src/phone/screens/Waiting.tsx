import { t } from '../strings';
import { usePage } from '../parts/context';
import { Layout } from '../parts/Layout';
import { ReturnButton } from '../parts/ReturnButton';
import { alive } from '../select';

/** The phone waits until its number is typed on the desktop. */
export function Waiting() {
  const { state } = usePage();
  return (
    <Layout name="waiting" title={t('waiting.title')} actions={alive(state) && <ReturnButton />}>
      <p class="join-number" role="status">
        <span class="sr">{t('waiting.number')} </span>
        {state.number}
      </p>
      <p class="what">{t('waiting.todo')}</p>
    </Layout>
  );
}
