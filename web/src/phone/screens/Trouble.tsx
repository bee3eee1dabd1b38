import { useState } from 'preact/hooks';
import { t, timeLabel } from '../strings';
import { patientText, troubleText } from '../words';
import { CodeForm } from '../parts/CodeForm';
import { usePage } from '../parts/context';
import { Icon, type IconName } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { alive, unsent } from '../select';
import type { State, Trouble as What } from '../model';

/** The Error screen: what happened, what to do, and what is safe. */
export function Trouble() {
  const { state, dispatch } = usePage();
  const { trouble } = state;
  if (!trouble) return null;
  const { title, what, todo, or } = troubleText(trouble.code);
  const kept = unsent(state).length;
  const goesOn = alive(state);
  const patient = state.session ? patientText(state.session) : '';
  const over = !trouble.retryable && !goesOn;
  return (
    <Layout
      name="error"
      title={title}
      actions={
        (!over || kept > 0) && (
          <div class="action-row stack">
            {trouble.retryable && (
              <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'try-again' })}>
                <Icon name="retry" />
                {t('error.retry')}
              </button>
            )}
            {goesOn && (
              <button
                type="button"
                class={trouble.retryable ? 'button grow' : 'button primary grow'}
                onClick={() => dispatch({ type: 'back' })}
              >
                {t('error.return', { patient })}
              </button>
            )}
            {state.offered && (
              <button type="button" class="button grow" onClick={() => dispatch({ type: 'switch' })}>
                {t('error.switch', { patient: patientText(state.offered) })}
              </button>
            )}
            {over && kept > 0 && (
              <Sure
                class="button quiet danger grow"
                label={t('error.discard', { n: kept })}
                onSure={() => dispatch({ type: 'finish' })}
              />
            )}
          </div>
        )
      }
    >
      <div class="hero-trouble" aria-hidden="true">
        <Icon name={iconOf(trouble)} />
      </div>
      <div role="alert">
        <p class="what">
          {state.offered ? t('trouble.other_patient.whose', { patient: patientText(state.offered) }) : what}
        </p>
        <p class="todo">{todo}</p>
        {or && <p class="todo">{or}</p>}
        {(kept > 0 || state.engine === 'unsupported') && (
          <p class="kept">
            <Icon name="shield" />
            <span>{kept > 0 ? keptText(state, kept) : t('trouble.engine_unsupported.safe')}</span>
          </p>
        )}
      </div>
      {over && <CodeForm />}
    </Layout>
  );
}

/** What is safe, whose it is where two patients are on the screen, and until when. */
function keptText({ session, offered, snapshot }: State, n: number): string {
  if (offered && session) return t('waiting.here', { n, patient: patientText(session) });
  return snapshot?.eraseAt === undefined
    ? t('error.kept', { n })
    : t('error.kept.until', { n, time: timeLabel(snapshot.eraseAt) });
}

function iconOf({ code, retryable }: What): IconName {
  if (!retryable) return 'qr';
  return code === 'offline' || code === 'network' ? 'offline' : 'warning';
}

/** Two taps, for there is no way back. */
function Sure({ class: style, label, onSure }: { class: string; label: string; onSure: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <button type="button" class={style} onClick={() => (asked ? onSure() : setAsked(true))}>
      <Icon name="bin" />
      {asked ? t('error.sure') : label}
    </button>
  );
}
