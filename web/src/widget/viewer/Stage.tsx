import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WidgetImage } from '../image';
import { FIT, pan, turnRight, zoomAt, type View } from './geometry';
import { useVeils, VeiledStage } from '../Veil';
import type { Words } from '../words';

const KEY_ZOOM = 1.25;
const KEY_PAN = 0.1;
const DOUBLE_CLICK_ZOOM = 2.5;

/** A photo as the viewer shows it. */
export interface Shown extends Pick<WidgetImage, 'id' | 'derivedFrom' | 'previewUrl' | 'details'> {
  name: string;
}

/** A photo that covers another from the left, up to this share of the stage in percent. */
interface Over {
  photo: Shown;
  share: number;
}

interface StageProps {
  words: Words;
  image: Shown;
  over?: Over;
  view: View;
  onView(change: (view: View) => View): void;
  onCompare(): void;
}

/** One large photo, or its veil. */
export function Stage(props: StageProps) {
  const { isVeiled, reveal } = useVeils();
  const [revealedId, setRevealedId] = useState<string | null>(null);
  const { image, words } = props;
  if (!isVeiled(image)) return <Closeup {...props} takesFocus={revealedId === image.id} />;
  const show = (): void => {
    setRevealedId(image.id);
    reveal(image);
  };
  return <VeiledStage words={words} label={image.name} onReveal={show} />;
}

/** Wheel, drag, pinch, double click and keys. */
function Closeup({ words, image, over, view, onView, onCompare, takesFocus }: StageProps & { takesFocus: boolean }) {
  const stage = useRef<HTMLDivElement>(null);
  // The button that had the focus no longer exists.
  useEffect(() => {
    if (takesFocus) stage.current?.focus();
  }, [takesFocus]);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  /** A position on the screen, relative to the stage's middle, in sizes of the stage. */
  const place = ({ clientX, clientY }: MouseEvent): { x: number; y: number } => {
    const box = stage.current?.getBoundingClientRect();
    return box
      ? { x: (clientX - box.left) / box.width - 0.5, y: (clientY - box.top) / box.height - 0.5 }
      : { x: 0, y: 0 };
  };
  useWheel(stage, (event) => {
    const factor = Math.exp(-event.deltaY / 400);
    onView((now) => zoomAt(now, factor, place(event)));
  });
  const onPointerMove = (event: PointerEvent): void => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const after = place(event);
    pointers.current.set(event.pointerId, after);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) {
      onView((now) => pan(now, after.x - before.x, after.y - before.y));
      return;
    }
    const spread = (from: { x: number; y: number }): number => Math.hypot(from.x - other.x, from.y - other.y);
    onView((now) => zoomAt(now, spread(after) / Math.max(spread(before), 0.01), other));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.shiftKey ? `Shift+${event.key}` : event.key] ?? keys[event.key.toLowerCase()];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === 'c') onCompare();
    else if (act) onView(act);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={stage}
      class={view.zoom > 1 ? 'stage zoomed' : 'stage'}
      part="stage"
      role="group"
      tabIndex={0}
      aria-label={image.name}
      aria-description={words('viewer.keys')}
      data-turns={view.turns}
      data-sensitive={image.details.sensitive}
      onKeyDown={onKeyDown}
      onDblClick={(event) =>
        onView((now) => (now.zoom > 1 ? { ...FIT, turns: now.turns } : zoomAt(now, DOUBLE_CLICK_ZOOM, place(event))))
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pointers.current.set(event.pointerId, place(event));
      }}
      onPointerMove={onPointerMove}
      onPointerUp={({ pointerId }) => pointers.current.delete(pointerId)}
      onPointerCancel={({ pointerId }) => pointers.current.delete(pointerId)}
    >
      {image.previewUrl ? <Picture words={words} photo={image} view={view} /> : <p>{words('image.loading')}</p>}
      {over && <Upper words={words} over={over} view={view} />}
    </div>
  );
}

/** Adds its own listener, because only a non-passive listener can prevent the page from scrolling. */
function useWheel(on: RefObject<HTMLElement | null>, turned: (event: WheelEvent) => void): void {
  const latest = useRef(turned);
  latest.current = turned;
  useEffect(() => {
    const node = on.current;
    if (!node) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      latest.current(event);
    };
    node.addEventListener('wheel', onWheel, { passive: false });
    return () => node.removeEventListener('wheel', onWheel);
  }, [on]);
}

/** The photo over another. Its own mark counts, because the one below may have none. */
function Upper({ words, over: { photo, share }, view }: { words: Words; over: Over; view: View }) {
  return (
    <div class="upper" style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }} data-sensitive={photo.details.sensitive}>
      <Picture words={words} photo={photo} view={view} />
    </div>
  );
}

function Picture({ words, photo, view }: { words: Words; photo: Shown; view: View }) {
  return (
    <div class="moved" style={{ transform: `translate(${view.x * 100}%, ${view.y * 100}%) scale(${view.zoom})` }}>
      <img
        class={view.turns % 2 === 1 ? 'across' : ''}
        style={{ rotate: `${view.turns * 90}deg` }}
        src={photo.previewUrl}
        draggable={false}
        alt={words.place(photo.details) || photo.name}
      />
    </div>
  );
}

const keys: Readonly<Record<string, (view: View) => View>> = {
  '+': (view) => zoomAt(view, KEY_ZOOM),
  '=': (view) => zoomAt(view, KEY_ZOOM),
  'Shift++': (view) => zoomAt(view, KEY_ZOOM),
  '-': (view) => zoomAt(view, 1 / KEY_ZOOM),
  '0': ({ turns }) => ({ ...FIT, turns }),
  r: turnRight,
  // These keys move the visible part, so the photo moves in the opposite direction.
  'Shift+ArrowLeft': (view) => pan(view, KEY_PAN, 0),
  'Shift+ArrowRight': (view) => pan(view, -KEY_PAN, 0),
  'Shift+ArrowUp': (view) => pan(view, 0, KEY_PAN),
  'Shift+ArrowDown': (view) => pan(view, 0, -KEY_PAN),
};
