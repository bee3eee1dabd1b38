/** Sensitive photos stay veiled until someone reveals them. */

import { createContext } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import { suggestsSensitive } from '../sensitive';
import { Icon } from './Icon';
import type { WidgetImage } from './image';
import type { Words } from './words';

type Veilable = Pick<WidgetImage, 'id' | 'derivedFrom' | 'details'>;

export interface Veils {
  /** Whether a photo is hidden now. */
  isVeiled(image: Veilable): boolean;
  reveal(image: Veilable): void;
  veil(image: Veilable): void;
}

const Context = createContext<Veils>({ isVeiled: () => false, reveal: () => undefined, veil: () => undefined });

export const VeilsProvider = Context.Provider;
export const useVeils = (): Veils => useContext(Context);

/** Remembers which photos were revealed. A copy is revealed together with the photo it was made from. */
export function useRevealed(): Veils {
  const [revealed, setRevealed] = useState<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const key = ({ id, derivedFrom }: Veilable): string => derivedFrom ?? id;
    return {
      isVeiled: (image) => image.details.sensitive === true && !revealed.has(key(image)),
      reveal: (image) => setRevealed((now) => new Set([...now, key(image)])),
      veil: (image) => setRevealed((now) => new Set([...now].filter((id) => id !== key(image)))),
    };
  }, [revealed]);
}

/** The picture in the place of a veiled photo. It contains no pixel of the photo. */
export function Veil({ words }: { words: Words }) {
  return (
    <span class="veil" data-testid="veil">
      <Icon name="hidden" />
      <span>{words('veil.sensitive')}</span>
    </span>
  );
}

/** The veil in the viewer, with the button that reveals the photo. */
export function VeiledStage({ words, label, onReveal }: { words: Words; label: string; onReveal(): void }) {
  return (
    <div class="stage" part="stage" role="group" aria-label={label}>
      <div class="veiled">
        <Veil words={words} />
        <button type="button" class="primary" onClick={onReveal}>
          {words('veil.reveal')}
        </button>
      </div>
    </div>
  );
}

interface FlagProps {
  words: Words;
  image: WidgetImage;
  onChange(sensitive: boolean): void;
}

/** Marks a photo as sensitive. For some sites it suggests that. */
export function SensitiveFlag({ words, image, onChange }: FlagProps) {
  const { isVeiled, veil, reveal } = useVeils();
  const sensitive = image.details.sensitive === true;
  const isSuggested = !sensitive && suggestsSensitive(image.details.bodySite);
  return (
    <div class="field" data-field="sensitive">
      <label class="check">
        <input
          type="checkbox"
          checked={sensitive}
          onChange={({ currentTarget }) => {
            // The person who marks the photo is looking at it, so it stays visible.
            if (currentTarget.checked) reveal(image);
            onChange(currentTarget.checked);
          }}
        />
        <span>{words('veil.flag')}</span>
      </label>
      {isSuggested && (
        <p class="hint" role="status">
          {words('veil.suggested')}
        </p>
      )}
      {sensitive && !isVeiled(image) && (
        <button type="button" class="plain" onClick={() => veil(image)}>
          {words('veil.hide')}
        </button>
      )}
    </div>
  );
}
