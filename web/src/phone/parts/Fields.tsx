/** The fields of a photo that say more than where it is. None needs a tap. */

import { MAX_LABEL, type Kind, type View } from '../../contract/api';
import { suggestsSensitive } from '../../sensitive';
import { t } from '../strings';
import { Choice, ChoiceField } from './Choice';
import { usePage } from './context';

const VIEWS: readonly View[] = ['overview', 'close-up', 'dermoscopy'];
const KINDS: readonly Kind[] = ['lesion', 'rash', 'wound', 'infection', 'other'];

interface FieldProps<Value> {
  id: string;
  value: Value;
}

export function ViewField({ id, value }: FieldProps<View | undefined>) {
  const { dispatch } = usePage();
  return (
    <ChoiceField
      legend={t('metadata.view')}
      name="view"
      of={VIEWS}
      chosen={value}
      label={(view) => t(`view.${view}`)}
      onChoose={(view) => dispatch({ type: 'describe', id, change: { view } })}
    />
  );
}

export function KindField({ id, value }: FieldProps<Kind | undefined>) {
  const { dispatch } = usePage();
  return (
    <ChoiceField
      legend={t('metadata.kind')}
      name="kind"
      of={KINDS}
      chosen={value}
      label={(kind) => t(`kind.${kind}`)}
      onChoose={(kind) => dispatch({ type: 'describe', id, change: { kind } })}
    />
  );
}

export function LabelField({ id, value }: FieldProps<string>) {
  const { dispatch } = usePage();
  return (
    <div class="field">
      <label for="label">{t('metadata.label')}</label>
      <input
        id="label"
        type="text"
        value={value}
        maxLength={MAX_LABEL}
        autoComplete="off"
        enterkeyhint="done"
        placeholder={t('metadata.label.hint')}
        onInput={(event) => dispatch({ type: 'describe', id, change: { label: event.currentTarget.value } })}
      />
    </div>
  );
}

export function SensitiveField({ id, value, site }: FieldProps<boolean> & { site: string | undefined }) {
  const { dispatch } = usePage();
  return (
    <fieldset class="field">
      <legend>{t('metadata.privacy')}</legend>
      <div class="chips">
        <Choice
          name="sensitive"
          label={t('metadata.sensitive')}
          checked={value}
          onToggle={(sensitive) => dispatch({ type: 'describe', id, change: { sensitive } })}
        />
      </div>
      {!value && suggestsSensitive(site) && (
        <p class="hint" role="status">
          {t('metadata.sensitive.suggested')}
        </p>
      )}
    </fieldset>
  );
}
