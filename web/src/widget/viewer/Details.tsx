import { useEffect, useId, useRef } from 'preact/hooks';
import { LATERALITIES } from '../../bodysites';
import { chooseSite } from '../../place';
import { plainText } from '../../text';
import { useDraft } from './draft';
import { CapturedField, KindField, LabelField, ViewField } from './Fields';
import { NO_SITE, SiteField } from './SiteField';
import { missingFrom, type MetadataChange, type Missing, type WidgetImage } from '../image';
import { SensitiveFlag } from '../Veil';
import { timeText, wallText, type Words } from '../words';

const NOTES_LIMIT = 500;
/** The field shows how many characters are left when there are this many or fewer. */
const NOTES_WARN = 60;
/** Notes are sent after a pause of this length, because each letter would be a request. */
const TYPING_MS = 600;

export interface DetailsProps {
  words: Words;
  image: WidgetImage;
  /** The field that gets the focus first. */
  focus: Missing | 'view' | undefined;
  /** Other photos that have neither site nor side. */
  untagged: number;
  onChange(change: MetadataChange): void;
  onUseForAll(): void;
  onRemove(): void;
}

/** A photo's details, which can be corrected until it is in the record. */
export function Details(props: DetailsProps) {
  const { words, image } = props;
  return (
    <section class="details" part="details" aria-label={words('details')}>
      {image.committedAt === undefined ? (
        <Form key={image.id} {...props} />
      ) : (
        <Fixed words={words} image={image} committedAt={image.committedAt} />
      )}
      <dl class="facts">
        <Fact name={words('viewer.received')} value={timeText(image.uploadedAt, words.language)} />
      </dl>
    </section>
  );
}

function Form({ words, image, focus, untagged, onChange, onUseForAll, onRemove }: DetailsProps) {
  const { details } = image;
  const missing = missingFrom(details);
  const id = useId();
  const site = useRef<HTMLSelectElement>(null);
  const sides = useRef<HTMLDivElement>(null);
  const views = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus === 'bodySite') site.current?.focus();
    if (focus === 'laterality') sides.current?.querySelector('input')?.focus();
    if (focus === 'view') views.current?.querySelector('input')?.focus();
  }, [focus]);
  const pickSite = (value: string): void =>
    onChange(
      value === NO_SITE
        ? { bodySite: null, laterality: 'na' }
        : value === ''
          ? { bodySite: null }
          : chooseSite(details, value),
    );
  return (
    <>
      <SiteField
        words={words}
        details={details}
        isMissing={missing.includes('bodySite')}
        field={site}
        onPick={pickSite}
      />
      <fieldset class={missing.includes('laterality') ? 'field missing' : 'field'} data-field="laterality">
        <legend>{words('details.side')}</legend>
        <div class="segments" ref={sides}>
          {LATERALITIES.map((one) => (
            <label key={one.id}>
              <input
                type="radio"
                name={`${id}side`}
                value={one.id}
                checked={details.laterality === one.id}
                onChange={() => onChange({ laterality: one.id })}
              />
              <span>{words(`side.${one.id}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div ref={views}>
        <ViewField words={words} image={image} onChange={onChange} />
      </div>
      <KindField words={words} image={image} onChange={onChange} />
      <LabelField words={words} image={image} onChange={onChange} />
      <CapturedField words={words} image={image} onChange={onChange} />
      <Notes words={words} value={details.notes ?? ''} onChange={(notes) => onChange({ notes: notes || null })} />
      <SensitiveFlag words={words} image={image} onChange={(sensitive) => onChange({ sensitive: sensitive || null })} />
      <div class="row">
        {untagged > 0 && missing.length === 0 && (
          <button type="button" title={words('details.useHint')} onClick={onUseForAll}>
            {words('details.useForAll', { n: untagged })}
          </button>
        )}
        <button type="button" class="danger" onClick={onRemove}>
          {words('details.remove')}
        </button>
      </div>
    </>
  );
}

/** Notes are sent when the typing pauses, and when the form or the page closes. */
function Notes({ words, value, onChange }: { words: Words; value: string; onChange(notes: string): void }) {
  const id = useId();
  const { text, type, send } = useDraft(value, onChange, TYPING_MS);
  const left = NOTES_LIMIT - text.length;
  return (
    <div class="field">
      <label for={id}>{words('details.notes')}</label>
      <textarea
        id={id}
        data-field="notes"
        rows={3}
        maxLength={NOTES_LIMIT}
        value={text}
        onInput={({ currentTarget }) => type(plainText(currentTarget.value))}
        onBlur={send}
      />
      {left <= NOTES_WARN && (
        <p class="quiet" role="status">
          {words('details.notesLeft', { n: left })}
        </p>
      )}
    </div>
  );
}

/** The details of a photo in the record. They cannot be changed here. */
function Fixed({ words, image, committedAt }: { words: Words; image: WidgetImage; committedAt: string }) {
  const { details } = image;
  const unset = words('viewer.unset');
  return (
    <>
      <p class="committed">{words('details.fixed', { time: timeText(committedAt, words.language) })}</p>
      <dl class="facts">
        <Fact
          name={words('details.site')}
          value={(details.bodySite && words.site(details.bodySite)) || words('image.noSite')}
        />
        <Fact name={words('details.side')} value={details.laterality ? words(`side.${details.laterality}`) : unset} />
        {details.view && <Fact name={words('details.view')} value={words(`view.${details.view}`)} />}
        {details.kind && <Fact name={words('details.kind')} value={words(`kind.${details.kind}`)} />}
        {details.label && <Fact name={words('details.label')} value={details.label} />}
        {details.sensitive && <Fact name={words('details.sensitive')} value={words('details.sensitiveHint')} />}
        {details.captured && (
          <Fact name={words('viewer.taken')} value={wallText(details.captured.local, words.language)} />
        )}
        {details.notes && <Fact name={words('details.notes')} value={details.notes} />}
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
