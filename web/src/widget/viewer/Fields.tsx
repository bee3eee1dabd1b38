/** The fields of a photo other than site and side. Only a referral requires some of them. */

import { useId, useState } from 'preact/hooks';
import { MAX_LABEL, type Captured, type Kind, type View } from '../../contract/api';
import { plainLine } from '../../text';
import { correctCapture } from '../captured';
import { useDraft } from './draft';
import type { MetadataChange, WidgetImage } from '../image';
import type { Words } from '../words';

const VIEWS: readonly (View | undefined)[] = ['overview', 'close-up', 'dermoscopy', undefined];
const KINDS: readonly (Kind | undefined)[] = ['lesion', 'rash', 'wound', 'infection', 'other', undefined];

interface FieldsProps {
  words: Words;
  image: WidgetImage;
  onChange(change: MetadataChange): void;
}

export function ViewField({ words, image, onChange }: FieldsProps) {
  return (
    <Choice
      legend={words('details.view')}
      field="view"
      options={VIEWS.map((view) => ({
        text: words(view ? `view.${view}` : 'viewer.unset'),
        isChosen: image.details.view === view,
        choose: () => onChange({ view: view ?? null }),
      }))}
    />
  );
}

export function KindField({ words, image, onChange }: FieldsProps) {
  return (
    <Choice
      legend={words('details.kind')}
      field="kind"
      columns="three"
      options={KINDS.map((kind) => ({
        text: words(kind ? `kind.${kind}` : 'viewer.unset'),
        isChosen: image.details.kind === kind,
        choose: () => onChange({ kind: kind ?? null }),
      }))}
    />
  );
}

interface Option {
  text: string;
  isChosen: boolean;
  choose(): void;
}

function Choice({ legend, field, columns, options }: ChoiceProps) {
  const id = useId();
  return (
    <fieldset class="field" data-field={field}>
      <legend>{legend}</legend>
      <div class={columns ? `segments ${columns}` : 'segments'}>
        {options.map(({ text, isChosen, choose }) => (
          <label key={text}>
            <input type="radio" name={`${id}${field}`} checked={isChosen} onChange={choose} />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  legend: string;
  field: string;
  columns?: string;
  options: readonly Option[];
}

/**
 * A label that distinguishes photos of the same site, such as "mole A". It is sent when the field loses the focus or
 * closes. It is not sent in a pause, because a space at its end would be lost.
 */
export function LabelField({ words, image, onChange }: FieldsProps) {
  const id = useId();
  const { text, type, send } = useDraft(image.details.label ?? '', (typed) =>
    onChange({ label: typed.trim() || null }),
  );
  return (
    <div class="field">
      <label for={id}>{words('details.label')}</label>
      <input
        id={id}
        type="text"
        data-field="label"
        maxLength={MAX_LABEL}
        placeholder={words('details.labelHint')}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => type(plainLine(currentTarget.value))}
        onChange={send}
        onBlur={send}
      />
    </div>
  );
}

/** When the photo was taken, in local time. An impossible time is refused with a reason. */
export function CapturedField({ words, image, onChange }: FieldsProps) {
  const id = useId();
  const { captured } = image.details;
  const [problem, setProblem] = useState<'unclear' | 'future' | null>(null);
  const correct = (local: string): void => {
    const corrected = correctCapture(local, captured, Date.now());
    setProblem(typeof corrected === 'string' ? corrected : null);
    if (typeof corrected !== 'string') onChange({ captured: corrected });
  };
  return (
    <div class="field">
      <label for={id}>{words('details.captured')}</label>
      <input
        id={id}
        type="datetime-local"
        data-field="captured"
        aria-describedby={`${id}source`}
        aria-invalid={problem !== null}
        value={captured?.local.slice(0, 16) ?? ''}
        onChange={({ currentTarget }) => correct(currentTarget.value)}
      />
      <p id={`${id}source`} class={problem ? 'problem' : 'quiet'} role={problem ? 'alert' : undefined}>
        {problem ? words(`captured.${problem}`) : sourceText(captured, words)}
      </p>
    </div>
  );
}

export function sourceText(captured: Captured | undefined, words: Words): string {
  if (!captured) return words('captured.none');
  const source = words(`captured.${captured.source}`);
  return captured.offset ? `${source} UTC${captured.offset}` : source;
}
