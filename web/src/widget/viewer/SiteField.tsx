import type { Ref } from 'preact';
import { useId, useState } from 'preact/hooks';
import { BODY_SITES, COMMON_SITES, searchSites } from '../../bodysites';
import type { Metadata } from '../../contract/api';
import type { Words } from '../words';

/** The select's value for "no site", if a person chose that. */
export const NO_SITE = 'none';

interface SiteFieldProps {
  words: Words;
  details: Metadata;
  isMissing: boolean;
  field: Ref<HTMLSelectElement>;
  onPick(value: string): void;
}

/** The body site: a list of twenty, and a search for the others. */
export function SiteField({ words, details, isMissing, field, onPick }: SiteFieldProps) {
  const id = useId();
  const [query, setQuery] = useState('');
  const found = query.trim() === '' ? [] : searchSites(query, (one) => words.site(one.id));
  const chosen = BODY_SITES.find((one) => one.id === details.bodySite);
  const offered = chosen && !COMMON_SITES.includes(chosen) ? [chosen, ...COMMON_SITES] : COMMON_SITES;
  const pick = (value: string): void => {
    setQuery('');
    onPick(value);
  };
  return (
    <div class="field">
      <label for={`${id}site`}>{words('details.site')}</label>
      <select
        id={`${id}site`}
        ref={field}
        data-field="bodySite"
        class={isMissing ? 'missing' : ''}
        value={details.bodySite ?? (details.laterality === 'na' ? NO_SITE : '')}
        onChange={({ currentTarget }) => pick(currentTarget.value)}
      >
        <option value="">{words('details.choose')}</option>
        {offered.map((one) => (
          <option key={one.id} value={one.id}>
            {words.site(one.id)}
          </option>
        ))}
        <option value={NO_SITE}>{words('details.noSite')}</option>
      </select>
      <input
        type="search"
        class="site-search"
        data-field="siteSearch"
        aria-label={words('details.findSite')}
        placeholder={words('details.findSite')}
        autocomplete="off"
        value={query}
        onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found[0]) pick(found[0].id);
        }}
      />
      <p class="hidden" role="status">
        {query.trim() === '' ? '' : words('details.sitesFound', { n: found.length })}
      </p>
      {found.length > 0 && (
        <ul class="sites">
          {found.map((one) => (
            <li key={one.id}>
              <button type="button" data-site={one.id} onClick={() => pick(one.id)}>
                {words.site(one.id)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
