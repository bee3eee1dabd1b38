import { FIT, turnRight, zoomAt } from './geometry';
import { Icon } from '../Icon';
import { useVeils } from '../Veil';
import type { Viewing } from './useViewing';
import type { Words } from '../words';

const BUTTON_ZOOM = 1.5;

/** The viewer's buttons: other photos, zoom and turns, and the tasks with the photo. */
export function Tools({ words, viewing }: { words: Words; viewing: Viewing }) {
  const { index, count, walk } = viewing;
  return (
    <div class="tools">
      <Tool icon="previous" label={words('viewer.previous')} disabled={index === 0} onClick={() => walk(-1)} />
      <Tool icon="next" label={words('viewer.next')} disabled={index === count - 1} onClick={() => walk(1)} />
      <ViewTools words={words} viewing={viewing} />
      <TaskTools words={words} viewing={viewing} />
    </div>
  );
}

function ViewTools({ words, viewing: { view, task, changeView } }: { words: Words; viewing: Viewing }) {
  const isCropping = task === 'crop';
  const isWhole = view.zoom === 1;
  return (
    <>
      <Tool
        icon="zoomOut"
        label={words('viewer.zoomOut')}
        disabled={isCropping || isWhole}
        onClick={() => changeView((now) => zoomAt(now, 1 / BUTTON_ZOOM))}
      />
      <Tool
        icon="zoomIn"
        label={words('viewer.zoomIn')}
        disabled={isCropping}
        onClick={() => changeView((now) => zoomAt(now, BUTTON_ZOOM))}
      />
      <Tool
        icon="fit"
        label={words('viewer.fit')}
        disabled={isCropping || isWhole}
        onClick={() => changeView(({ turns }) => ({ ...FIT, turns }))}
      />
      <Tool icon="turn" label={words('viewer.turn')} disabled={isCropping} onClick={() => changeView(turnRight)} />
    </>
  );
}

function TaskTools({ words, viewing }: { words: Words; viewing: Viewing }) {
  const { image, task, other, match, begin, toggleCompare } = viewing;
  const { isVeiled } = useVeils();
  const isClosed = !image.file || isVeiled(image);
  return (
    <>
      <Tool
        icon="crop"
        label={words('viewer.crop')}
        pressed={task === 'crop'}
        disabled={isClosed}
        onClick={() => begin('crop')}
      />
      <Tool
        icon="annotate"
        label={words('annotate')}
        pressed={task === 'annotate'}
        disabled={isClosed}
        onClick={() => begin('annotate')}
      />
      <Tool
        icon="compare"
        label={words('viewer.compare')}
        pressed={other !== undefined}
        disabled={task !== null || match === undefined}
        onClick={toggleCompare}
      />
    </>
  );
}

export function Tool({
  icon,
  label,
  pressed,
  disabled = false,
  onClick,
}: {
  icon: Parameters<typeof Icon>[0]['name'];
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick(): void;
}) {
  return (
    <button
      type="button"
      class="tool"
      data-icon={icon}
      aria-label={label}
      title={label}
      disabled={disabled}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
