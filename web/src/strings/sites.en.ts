/** Body sites in English, for the phone page and the widget. Another language has its own file: sites.<tag>.ts. */

import { BODY_SITES } from '../bodysites';

export type SiteKey = `site.${string}`;

const sites: Readonly<Record<SiteKey, string>> = Object.fromEntries(
  BODY_SITES.map((site) => [`site.${site.id}` as const, site.label]),
);

export default sites;
