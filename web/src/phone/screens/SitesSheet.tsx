import { useState } from 'preact/hooks';
import { fold, searchSites } from '../../bodysites';
import { siteLabel, t } from '../strings';
import { usePage } from '../parts/context';
import { Icon } from '../parts/Icon';
import { Sheet } from '../parts/Sheet';
import { currentPhoto, metadataOf } from '../select';
import { recentSites, rememberSite } from '../storage';

/** The searchable list of sites, those used last first. */
export function SitesSheet() {
  const { state, dispatch } = usePage();
  const [query, setQuery] = useState('');
  const photo = currentPhoto(state);
  if (!photo) return null;
  const chosen = metadataOf(state, photo.id).bodySite;
  const fits = (id: string) => fold(siteLabel(id)).includes(fold(query));
  const recent = recentSites().filter(fits);
  const found = searchSites(query, ({ id }) => siteLabel(id)).map(({ id }) => id);
  const rest = found.filter((id) => !recent.includes(id));
  const choose = (id: string) => {
    rememberSite(id);
    dispatch({ type: 'describe', id: photo.id, change: { bodySite: id } });
    dispatch({ type: 'close' });
  };
  const option = (id: string) => (
    <li key={id}>
      <button type="button" class="site-option" aria-pressed={id === chosen} onClick={() => choose(id)}>
        {siteLabel(id)}
        {id === chosen && <Icon name="check" />}
      </button>
    </li>
  );
  return (
    <Sheet name="sites" title={t('sites.title')} onClose={() => dispatch({ type: 'close' })}>
      <form
        class="site-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const only = [...recent, ...rest][0];
          if (only !== undefined) choose(only);
        }}
      >
        <Icon name="search" />
        <input
          type="search"
          aria-label={t('sites.search')}
          placeholder={t('sites.search')}
          value={query}
          enterKeyHint="done"
          autoComplete="off"
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </form>
      <p class="sr" role="status">
        {query ? t('sites.found', { n: recent.length + rest.length }) : ''}
      </p>
      <div class="site-lists">
        {recent.length > 0 && (
          <>
            <h3>{t('sites.recent')}</h3>
            <ul class="site-list">{recent.map(option)}</ul>
          </>
        )}
        {rest.length > 0 && (
          <>
            <h3>{t('sites.all')}</h3>
            <ul class="site-list">{rest.map(option)}</ul>
          </>
        )}
        {recent.length + rest.length === 0 && <p class="hint">{t('sites.none', { query })}</p>}
      </div>
    </Sheet>
  );
}
