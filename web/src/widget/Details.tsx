import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { BODY_SITES, LATERALITIES } from '../bodysites';
import type { View } from '../contract/api';
import { chooseSite } from '../place';
import { plainText } from '../text';
import { missingFrom, type MetadataChange, type Missing, type WidgetImage } from './image';
import { timeText, wallText, type Words } from './words';

const NOTES_LIMIT = 500;
/** From here on the person is told how much is left. */
const NOTES_WARN = 60;
/** A pause in typing after which notes are sent. */
const TYPING_MS = 600;
const VIEWS: readonly (View | undefined)[] = ['overview', 'close-up', undefined];
/** What a select says for "no site, on purpose". */
const NO_SITE = 'none';

export interface DetailsProps {
  words: Words;
  image: WidgetImage;
  /** The field to begin with. */
  focus: Missing | undefined;
  /** Other photos of which neither site nor side was said. */
  untagged: number;
  onChange(change: MetadataChange): void;
  onUseForAll(): void;
  onRemove(): void;
}

/** What was said of a photo, to be corrected until it is in the record. */
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
        {image.said.captured && (
          <Fact name={words('viewer.taken')} value={wallText(image.said.captured.local, words.language)} />
        )}
        <Fact name={words('viewer.received')} value={timeText(image.uploadedAt, words.language)} />
      </dl>
    </section>
  );
}

function Form({ words, image, focus, untagged, onChange, onUseForAll, onRemove }: DetailsProps) {
  const { said } = image;
  const missing = missingFrom(said);
  const id = useId();
  const site = useRef<HTMLSelectElement>(null);
  const sides = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focus === 'bodySite') site.current?.focus();
    if (focus === 'laterality') sides.current?.querySelector('input')?.focus();
  }, [focus]);
  const pickSite = (value: string): void =>
    onChange(
      value === NO_SITE
        ? { bodySite: null, laterality: 'na' }
        : value === ''
          ? { bodySite: null }
          : chooseSite(said, value),
    );
  return (
    <>
      <div class="field">
        <label for={`${id}site`}>{words('details.site')}</label>
        <select
          id={`${id}site`}
          ref={site}
          data-field="bodySite"
          class={missing.includes('bodySite') ? 'missing' : ''}
          value={said.bodySite ?? (said.laterality === 'na' ? NO_SITE : '')}
          onChange={({ currentTarget }) => pickSite(currentTarget.value)}
        >
          <option value="">{words('details.choose')}</option>
          {BODY_SITES.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
          <option value={NO_SITE}>{words('details.noSite')}</option>
        </select>
      </div>
      <fieldset class={missing.includes('laterality') ? 'field missing' : 'field'} data-field="laterality">
        <legend>{words('details.side')}</legend>
        <div class="segments" ref={sides}>
          {LATERALITIES.map((one) => (
            <label key={one.id}>
              <input
                type="radio"
                name={`${id}side`}
                value={one.id}
                checked={said.laterality === one.id}
                onChange={() => onChange({ laterality: one.id })}
              />
              <span>{words(`side.${one.id}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend>{words('details.view')}</legend>
        <div class="segments three">
          {VIEWS.map((view) => (
            <label key={view}>
              <input
                type="radio"
                name={`${id}view`}
                checked={said.view === view}
                onChange={() => onChange({ view: view ?? null })}
              />
              <span>{words(view ? `view.${view}` : 'viewer.unset')}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Notes words={words} value={said.notes ?? ''} onChange={(notes) => onChange({ notes: notes || null })} />
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

/** Notes are sent when the typing pauses, and when the form or the page goes. */
function Notes({ words, value, onChange }: { words: Words; value: string; onChange(notes: string): void }) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const draft = useRef<string | null>(null);
  const send = useRef<() => void>(() => undefined);
  const type = (text: string | null): void => {
    draft.current = text;
    setTyped(text);
  };
  send.current = () => {
    if (draft.current !== null && draft.current !== value) onChange(draft.current);
    type(null);
  };
  useEffect(() => {
    if (typed === null) return;
    const timer = setTimeout(() => send.current(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  // The form may go before its other effects have run, and the page may go with it.
  useLayoutEffect(() => {
    const flush = (): void => send.current();
    addEventListener('pagehide', flush, { capture: true });
    return () => {
      removeEventListener('pagehide', flush, { capture: true });
      flush();
    };
  }, []);
  const text = typed ?? value;
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
        onBlur={() => send.current()}
      />
      {left <= NOTES_WARN && (
        <p class="quiet" role="status">
          {words('details.notesLeft', { n: left })}
        </p>
      )}
    </div>
  );
}

/** What is in the record is read, not changed. */
function Fixed({ words, image, committedAt }: { words: Words; image: WidgetImage; committedAt: string }) {
  const { said, metadata } = image;
  const unset = words('viewer.unset');
  return (
    <>
      <p class="committed">{words('details.fixed', { time: timeText(committedAt, words.language) })}</p>
      <dl class="facts">
        <Fact name={words('details.site')} value={metadata.bodySite?.text ?? words('image.noSite')} />
        <Fact name={words('details.side')} value={said.laterality ? words(`side.${said.laterality}`) : unset} />
        {said.view && <Fact name={words('details.view')} value={words(`view.${said.view}`)} />}
        {said.notes && <Fact name={words('details.notes')} value={said.notes} />}
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
