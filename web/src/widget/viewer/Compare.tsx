import { useState } from 'preact/hooks';
import type { View } from './geometry';
import { GuideButton, type Guiding } from './GuideButton';
import { Stage, type Shown } from './Stage';
import { useVeils } from '../Veil';
import type { Words } from '../words';

interface CompareProps {
  words: Words;
  image: Shown;
  other: Shown;
  /** Today's other photos, and those of the record. */
  today: readonly Shown[];
  earlier: readonly Shown[];
  view: View;
  onOther(id: string): void;
  onView(change: (view: View) => View): void;
  onCompare(): void;
  /** Missing: the session is over, and no phone takes photos. */
  guiding: Guiding | undefined;
}

/** Two photos side by side, or one over the other. */
export function Compare(props: CompareProps) {
  const { words, image, other, today, earlier, view, onOther, onView, onCompare, guiding } = props;
  const [isOver, setOver] = useState(false);
  const [share, setShare] = useState(50);
  const { isVeiled } = useVeils();
  const canOver = !isVeiled(image) && !isVeiled(other);
  const choice = (
    <div class="comparing">
      <label>
        {words('viewer.compareWith')}
        <select value={other.id} onChange={({ currentTarget }) => onOther(currentTarget.value)}>
          <Group label={words('earlier.group')} photos={earlier} />
          <Group label={words('earlier.today')} photos={today} />
        </select>
      </label>
      <button type="button" aria-pressed={isOver} disabled={!canOver} onClick={() => setOver(!isOver)}>
        {words('earlier.over')}
      </button>
      {guiding && (
        <GuideButton
          words={words}
          photo={earlier.find(({ id }) => id === other.id)}
          isVeiled={isVeiled(other)}
          earlier={earlier}
          guiding={guiding}
        />
      )}
    </div>
  );
  const looking = { words, view, onView, onCompare };
  if (isOver && canOver) {
    return (
      <div class="stages over">
        {choice}
        <Stage {...looking} image={image} over={{ photo: other, share }} />
        <label class="wipe">
          <span>{words('earlier.wipe')}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={share}
            aria-valuetext={words('earlier.share', { share })}
            onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
          />
        </label>
      </div>
    );
  }
  return (
    <div class="stages two">
      <div class="one">
        <p class="quiet">{image.name}</p>
        <Stage {...looking} image={image} />
      </div>
      <div class="one">
        {choice}
        <Stage {...looking} image={other} />
      </div>
    </div>
  );
}

function Group({ label, photos }: { label: string; photos: readonly Shown[] }) {
  if (photos.length === 0) return null;
  return (
    <optgroup label={label}>
      {photos.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}
