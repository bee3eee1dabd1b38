import { useRef } from 'preact/hooks';
import type { PhotoSnapshot } from '../../contract/engine';
import { LATERALITIES } from '../../bodysites';
import type { Laterality, Metadata as Details } from '../../contract/api';
import { siteLabel, t } from '../strings';
import { placeLabel } from '../words';
import { ChoiceField } from '../parts/Choice';
import { usePage } from '../parts/context';
import { KindField, LabelField, SensitiveField, ViewField } from '../parts/Fields';
import { Icon } from '../parts/Icon';
import { Layout } from '../parts/Layout';
import { Thumb } from '../parts/Thumb';
import { currentPhoto, isTagged, metadataOf, previousTagged, sendable, unsent } from '../select';
import { recentSites, rememberSite } from '../storage';
import { BodyPicker } from '../figure/BodyPicker';
import { useSwipe } from '../parts/swipe';

export function Metadata() {
  const { state, dispatch } = usePage();
  const list = unsent(state);
  const photo = currentPhoto(state);
  const number = list.findIndex(({ id }) => id === photo?.id) + 1;
  const last = number === list.length;
  const swipe = useSwipe({ next: !last, previous: number > 1 }, (by) => dispatch({ type: 'step', by }));
  const turned = useTurn(number);
  if (!photo) return null;
  return (
    <Layout
      name="metadata"
      title={t('metadata.title', { index: number, n: list.length })}
      aside={
        <button type="button" class="button quiet small" onClick={() => dispatch({ type: 'upload' })}>
          {t('metadata.skip-all')}
        </button>
      }
      actions={
        <div class="action-row">
          <button
            type="button"
            class="button square"
            aria-label={number === 1 ? t('metadata.to-review') : t('metadata.previous')}
            onClick={() => dispatch({ type: 'back' })}
          >
            <Icon name="back" class="flip" />
          </button>
          {last ? (
            <button
              type="button"
              class="button primary grow"
              disabled={sendable(state).length === 0}
              onClick={() => dispatch({ type: 'upload' })}
            >
              {t('metadata.upload', { n: sendable(state).length })}
            </button>
          ) : (
            <button type="button" class="button primary grow" onClick={() => dispatch({ type: 'step', by: 1 })}>
              {isTagged(metadataOf(state, photo.id)) ? t('metadata.next') : t('metadata.skip')}
              <Icon name="forward" class="flip" />
            </button>
          )}
        </div>
      }
    >
      <ol class="segments" aria-hidden="true">
        {list.map((one) => (
          <li
            key={one.id}
            class={
              `${one.id === photo?.id ? 'segment-here' : ''} ` +
              `${isTagged(metadataOf(state, one.id)) ? 'segment-done' : ''}`
            }
          />
        ))}
      </ol>
      <div class={`page ${turned}`} key={photo.id} data-photo-id={photo.id} {...swipe}>
        <Fields photo={photo} number={number} details={metadataOf(state, photo.id)} />
      </div>
    </Layout>
  );
}

/** From which side the page comes in. */
function useTurn(number: number): string {
  const before = useRef(number);
  const turned = useRef('');
  if (number !== before.current) turned.current = number > before.current ? 'page-from-end' : 'page-from-start';
  before.current = number;
  return turned.current;
}

function Fields({ photo, number, details }: { photo: PhotoSnapshot; number: number; details: Details }) {
  const { state, dispatch } = usePage();
  const { id } = photo;
  const count = unsent(state).length;
  const pickSite = (bodySite: string, laterality?: Laterality) => {
    rememberSite(bodySite);
    dispatch({ type: 'describe', id, change: laterality === undefined ? { bodySite } : { bodySite, laterality } });
  };
  const previous = isTagged(details) ? undefined : previousTagged(state, id);
  return (
    <>
      <div class="look">
        <div class="look-head">
          <button type="button" class="look-photo" onClick={() => dispatch({ type: 'open', sheet: 'photo', id })}>
            <Thumb photo={photo} alt={t('photo.name', { n: number })} full />
            <Icon name="zoom" class="look-zoom" />
          </button>
          <div class="look-place">
            <p class="place" role="status">
              {isTagged(details) ? placeLabel(details) : t('metadata.where')}
            </p>
            {previous && (
              <button type="button" class="button carry" onClick={() => dispatch({ type: 'copy-previous', id })}>
                <Icon name="copy" />
                <span>{t('metadata.same', { n: previous.index + 1, place: placeLabel(previous.metadata) })}</span>
              </button>
            )}
            {count > 1 && isTagged(details) && (
              <button
                type="button"
                class="button quiet small apply"
                onClick={() => dispatch({ type: 'apply-to-all', id })}
              >
                {t('metadata.apply', { n: count })}
              </button>
            )}
          </div>
        </div>
        <BodyPicker details={details} onPick={(site, side) => pickSite(site, side)} />
      </div>
      <div class="fields">
        <LateralityField id={id} value={details.laterality} />
        <SiteField id={id} value={details.bodySite} />
        <ViewField id={id} value={details.view} />
        <KindField id={id} value={details.kind} />
        <NotesField id={id} value={details.notes ?? ''} />
        <LabelField id={id} value={details.label ?? ''} />
        <SensitiveField id={id} value={details.sensitive ?? false} site={details.bodySite} />
      </div>
    </>
  );
}

function LateralityField({ id, value }: { id: string; value: Laterality | undefined }) {
  const { dispatch } = usePage();
  return (
    <ChoiceField
      legend={t('metadata.side')}
      name="laterality"
      of={SIDES}
      chosen={value}
      label={(side) => t(`side.${side}`)}
      onChoose={(laterality) => dispatch({ type: 'describe', id, change: { laterality } })}
      look="choices four"
    />
  );
}

const SIDES = LATERALITIES.map((side) => side.id);

function SiteField({ id, value }: { id: string; value: string | undefined }) {
  const { dispatch } = usePage();
  const recent = recentSites();
  const chips = value !== undefined && !recent.includes(value) ? [value, ...recent] : recent;
  return (
    <ChoiceField
      legend={t('metadata.site')}
      name="site"
      of={chips.slice(0, 4)}
      chosen={value}
      label={siteLabel}
      onChoose={(bodySite) => dispatch({ type: 'describe', id, change: { bodySite } })}
    >
      <button type="button" class="button chip-more" onClick={() => dispatch({ type: 'open', sheet: 'sites', id })}>
        <Icon name="search" />
        {t('metadata.all-sites')}
      </button>
    </ChoiceField>
  );
}

function NotesField({ id, value }: { id: string; value: string }) {
  const { state, dispatch } = usePage();
  const max = state.session?.limits.maxNotes ?? 500;
  const used = [...value].length;
  return (
    <div class="field">
      <label for="notes">{t('metadata.notes')}</label>
      <textarea
        id="notes"
        rows={2}
        value={value}
        maxLength={max}
        autoCapitalize="sentences"
        autoComplete="off"
        enterkeyhint="done"
        placeholder={t('metadata.notes.hint')}
        aria-describedby="notes-left"
        onInput={(event) => dispatch({ type: 'describe', id, change: { notes: event.currentTarget.value } })}
      />
      <p id="notes-left" class={used > max - 50 ? 'left' : 'left sr'}>
        {t('metadata.notes.left', { n: max - used })}
      </p>
    </div>
  );
}
