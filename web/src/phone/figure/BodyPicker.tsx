import { useState } from 'preact/hooks';
import type { Laterality, Metadata } from '../../contract/api';
import { siteLabel, t } from '../strings';
import { Icon } from '../parts/Icon';
import { Figure } from './Figure';
import { REGIONS } from './regions';

interface BodyPickerProps {
  details: Metadata;
  /** Without a side, the recorded side stays. */
  onPick: (site: string, side?: Laterality) => void;
}

const HEAD_SITES = new Set(REGIONS.head.map((region) => region.site).filter((site) => site !== 'neck'));

/** What a touch may mean more precisely; too small to draw. */
const FINER: Readonly<Record<string, readonly string[]>> = { hand: ['hand', 'finger'], finger: ['hand', 'finger'] };

/** Front and back side by side. A touch on the head opens it large. */
export function BodyPicker({ details, onPick }: BodyPickerProps) {
  const [head, setHead] = useState(false);
  const site = details.bodySite === 'finger' ? 'hand' : details.bodySite;
  const shown: Metadata = site === undefined ? details : { ...details, bodySite: site };
  const pick = (picked: string, side: Laterality) => {
    if (!head && HEAD_SITES.has(picked)) setHead(true);
    onPick(picked, side);
  };
  const finer = FINER[details.bodySite ?? ''];
  return (
    <div class="body-picker">
      {head ? (
        <div class="figures figures-head">
          <Figure view="head" details={shown} onPick={pick} />
          <button type="button" class="button small" onClick={() => setHead(false)}>
            <Icon name="back" class="flip" />
            {t('figure.whole')}
          </button>
        </div>
      ) : (
        <div class="figures">
          <div class="figure-column">
            <Figure view="front" details={shown} onPick={pick} />
            <span aria-hidden="true">{t('figure.front.short')}</span>
          </div>
          <div class="figure-column">
            <Figure view="back" details={shown} onPick={pick} />
            <span aria-hidden="true">{t('figure.back.short')}</span>
          </div>
        </div>
      )}
      {finer && (
        <div class="choices two">
          {finer.map((id) => (
            <button
              key={id}
              type="button"
              class="choice"
              aria-pressed={details.bodySite === id}
              onClick={() => onPick(id)}
            >
              {siteLabel(id)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
