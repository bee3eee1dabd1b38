import { t, timeLabel } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { RECEIPT_MS } from '../retention';
import { room, unsent } from '../select';

/** The receipt: what the edge confirmed, not what we hope. */
export function Success() {
  const { state, dispatch } = usePage();
  const { receipt, closed } = state;
  const left = unsent(state).length;
  const { used, max } = room(state);
  if (closed || !receipt) {
    return (
      <Layout name="success" title={t('closed.title')}>
        <div class="hero-check" aria-hidden="true">
          <Icon name="check" />
        </div>
        <p class="hint">{t(closed === 'over' ? 'closed.over' : 'closed.text')}</p>
      </Layout>
    );
  }
  return (
    <Layout
      name="success"
      title={t('success.title', { n: receipt.count })}
      actions={
        <div class="action-row stack">
          {left > 0 && (
            <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'review' })}>
              {t('success.unsent', { n: left })}
            </button>
          )}
          <button
            type="button"
            class={left > 0 ? 'button grow' : 'button primary grow'}
            onClick={() => dispatch({ type: 'more' })}
          >
            <Icon name="camera" />
            {t('success.more')}
          </button>
          {left === 0 && (
            <button type="button" class="button grow" onClick={() => dispatch({ type: 'finish' })}>
              {t('success.done')}
            </button>
          )}
        </div>
      }
    >
      <div class="hero-check" aria-hidden="true">
        <Icon name="check" />
      </div>
      <dl class="receipt">
        <div>
          <dt>
            <Icon name="desktop" />
            {t('success.sent')}
          </dt>
          <dd>{t('review.title', { n: receipt.count })}</dd>
        </div>
        <div>
          <dt>
            <Icon name="clock" />
            {t('success.when')}
          </dt>
          <dd>{timeLabel(receipt.at)}</dd>
        </div>
        <div>
          <dt>
            <Icon name="gallery" />
            {t('success.total')}
          </dt>
          <dd>{t('patient.count.spoken', { used, max })}</dd>
        </div>
      </dl>
      {receipt.gallery && (
        <p class="banner">
          <Icon name="bin" />
          <span>{t('success.originals')}</span>
        </p>
      )}
      {left === 0 && <p class="hint">{t('success.closes', { n: RECEIPT_MS / 60_000 })}</p>}
    </Layout>
  );
}
