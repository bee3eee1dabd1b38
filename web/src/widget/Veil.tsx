/** Sensitive photos stay veiled until someone reveals them. */

import { createContext } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import { suggestsSensitive } from '../sensitive';
import { Icon } from './Icon';
import type { WidgetImage } from './image';
import type { Words } from './words';

type Veilable = Pick<WidgetImage, 'id' | 'derivedFrom' | 'details'>;

export interface Veils {
  /** Whether a photo is not to be seen now. */
  isVeiled(image: Veilable): boolean;
  reveal(image: Veilable): void;
  veil(image: Veilable): void;
}

const Context = createContext<Veils>({ isVeiled: () => false, reveal: () => undefined, veil: () => undefined });

export const VeilsProvider = Context.Provider;
export const useVeils = (): Veils => useContext(Context);

/** Remembers what was revealed. A copy is revealed with the photo that it was made from. */
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

/** Stands in the place of a veiled photo. It has no pixel of it. */
export function Veil({ words }: { words: Words }) {
  return (
    <span class="veil" data-testid="veil">
      <Icon name="hidden" />
      <span>{words('veil.sensitive')}</span>
    </span>
  );
}

/** The veil of the viewer, with the way through it. */
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

/** Marks a photo as sensitive, and suggests it where the site does. */
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
            // Whoever marks the photo is looking at it.
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
