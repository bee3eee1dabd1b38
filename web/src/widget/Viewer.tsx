import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Annotate } from './annotate/Annotate';
import { Leave } from './annotate/Leave';
import { Compare } from './Compare';
import { Crop } from './Crop';
import type { Derived } from './derive';
import { Details } from './Details';
import { bestMatch, useEarlier } from './earlier';
import { FIT, turnRight, zoomAt, type View } from './geometry';
import { Icon } from './Icon';
import { missingFrom, type Derivation, type Missing, type WidgetImage } from './image';
import { Stage, type Shown } from './Stage';
import type { SessionSync } from './session/api';
import { useVeils } from './Veil';
import type { Words } from './words';

const BUTTON_ZOOM = 1.5;

/** Which photo is looked at, and what of it is asked for. */
export interface Look {
  id: string;
  focus?: Missing | 'view' | undefined;
}

interface ViewerProps {
  words: Words;
  sync: SessionSync;
  images: readonly WidgetImage[];
  look: Look;
  onLook(look: Look): void;
  onClose(): void;
}

/** One photo, large, beside what was said of it; or two, side by side. */
export function Viewer({ words, sync, images, look, onLook, onClose }: ViewerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [view, setView] = useState<View>(FIT);
  const [otherId, setOtherId] = useState<string | null>(null);
  const [task, setTask] = useState<'crop' | 'annotate' | null>(null);
  const hasDrawing = useRef(false);
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const { isVeiled } = useVeils();
  const index = images.findIndex(({ id }) => id === look.id);
  const image = images[index];
  const earlier = useEarlier(words);
  const today = images.filter(({ id }) => id !== look.id).map((one) => shownOf(one, words));
  const other = [...earlier, ...today].find(({ id }) => id === otherId);
  // Before the fields' own effects: opening a dialog moves the focus.
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  // Before the next key: it is meant for the photo that has just come.
  useLayoutEffect(() => {
    setView(FIT);
    setTask(null);
  }, [look.id]);
  useEffect(() => {
    if (!image) onClose(); // removed elsewhere
  }, [image]);
  // Before the next key, too.
  useLayoutEffect(() => keepFocus(dialog.current), [other?.id, task]);
  const changeView = useCallback((change: (view: View) => View) => setView(change), []);
  if (!image) return null;

  const isCropping = task === 'crop';
  /** Asks first if a drawing would be lost. */
  const leave = (go: () => void): void => (hasDrawing.current ? setLeaving(() => go) : go());
  const close = (): void => dialog.current?.close();
  /** For Escape in both its forms: browsers close a dialog on the second one without asking it. */
  const askToClose = (event: Event): void => {
    if (!hasDrawing.current) return;
    event.preventDefault();
    leave(close);
  };
  const begin = (next: typeof task): void => leave(() => setTask(task === next ? null : next));
  const saveCopy = ({ file, ...size }: Derived, derivation: Derivation): void => {
    const id = sync.derive(image.id, file, size, derivation);
    if (id !== undefined) onLook({ id });
  };
  const walk = (by: number): void => {
    const next = images[index + by];
    if (next) leave(() => onLook({ id: next.id }));
  };
  const nextToIt = images[index + 1] ?? images[index - 1];
  const match = bestMatch(image, earlier, nextToIt && shownOf(nextToIt, words));
  const toggleCompare = (): void => {
    setOtherId(other ? null : (match?.id ?? null));
  };
  const nextIncomplete = firstIncomplete([...images.slice(index + 1), ...images.slice(0, index)]);
  const untagged = images.filter(
    ({ id, said, committedAt }) =>
      id !== image.id && committedAt === undefined && said.bodySite === undefined && said.laterality === undefined,
  );
  const remove = (): void => {
    const next = images[index + 1] ?? images[index - 1];
    sync.remove(image.id);
    if (next) onLook({ id: next.id });
    else onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') askToClose(event);
    if (task || isTyping(event)) return;
    const forward = words.direction === 'rtl' ? -1 : 1;
    if (event.key === 'ArrowLeft') walk(-forward);
    if (event.key === 'ArrowRight') walk(forward);
  };
  const label = words('viewer.photo', { n: image.number });
  return (
    <dialog
      ref={dialog}
      class={task === 'annotate' ? 'viewer annotating' : 'viewer'}
      part="viewer"
      aria-label={label}
      onClose={onClose}
      onCancel={askToClose}
      onKeyDown={onKeyDown}
    >
      <header>
        <h3>
          {label}
          <span class="quiet"> {tagOf(image, words)}</span>
        </h3>
        <div class="tools">
          <Tool icon="previous" label={words('viewer.previous')} disabled={index === 0} onClick={() => walk(-1)} />
          <Tool
            icon="next"
            label={words('viewer.next')}
            disabled={index === images.length - 1}
            onClick={() => walk(1)}
          />
          <Tool
            icon="zoomOut"
            label={words('viewer.zoomOut')}
            disabled={isCropping || view.zoom === 1}
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
            disabled={isCropping || view.zoom === 1}
            onClick={() => changeView(({ turns }) => ({ ...FIT, turns }))}
          />
          <Tool icon="turn" label={words('viewer.turn')} disabled={isCropping} onClick={() => changeView(turnRight)} />
          <Tool
            icon="crop"
            label={words('viewer.crop')}
            pressed={isCropping}
            disabled={!image.file || isVeiled(image)}
            onClick={() => begin('crop')}
          />
          <Tool
            icon="annotate"
            label={words('annotate')}
            pressed={task === 'annotate'}
            disabled={!image.file || isVeiled(image)}
            onClick={() => begin('annotate')}
          />
          <Tool
            icon="compare"
            label={words('viewer.compare')}
            pressed={other !== undefined}
            disabled={task !== null || match === undefined}
            onClick={toggleCompare}
          />
        </div>
        <Tool icon="close" label={words('viewer.close')} onClick={() => leave(close)} />
      </header>
      {task === 'annotate' && image.file && (
        <Annotate
          words={words}
          file={image.file}
          name={shownOf(image, words).name}
          isSensitive={image.said.sensitive === true}
          isHidden={isVeiled(image)}
          view={view}
          onView={changeView}
          onUnsaved={(isUnsaved) => (hasDrawing.current = isUnsaved)}
          onSave={(copy) => saveCopy(copy, 'annotated')}
          onCancel={() => begin(null)}
        />
      )}
      {isCropping && image.file && !isVeiled(image) && (
        <Crop
          words={words}
          file={image.file}
          turns={view.turns}
          onCancel={() => setTask(null)}
          onSave={(copy) => saveCopy(copy, 'cropped')}
        />
      )}
      {(task === null || isVeiled(image)) && (
        <Looking
          words={words}
          image={shownOf(image, words)}
          other={other}
          today={today}
          earlier={earlier}
          view={view}
          onOther={setOtherId}
          onView={changeView}
          onCompare={toggleCompare}
        />
      )}
      <div class="side">
        <Details
          words={words}
          image={image}
          focus={look.focus}
          untagged={untagged.length}
          onChange={(change) => sync.correct(image.id, change)}
          onRemove={() => leave(remove)}
          onUseForAll={() =>
            untagged.forEach(({ id }) =>
              sync.correct(id, { bodySite: image.said.bodySite ?? null, laterality: image.said.laterality ?? null }),
            )
          }
        />
        {nextIncomplete && missingFrom(image.said).length === 0 && (
          <button type="button" class="primary" onClick={() => leave(() => onLook(nextIncomplete))}>
            {words('details.nextIncomplete')}
          </button>
        )}
      </div>
      {leaving && (
        <Leave
          words={words}
          onStay={() => setLeaving(null)}
          onDiscard={() => {
            hasDrawing.current = false;
            setLeaving(null);
            leaving();
          }}
        />
      )}
    </dialog>
  );
}

/** One photo, or two. */
function Looking({ other, ...props }: Omit<Parameters<typeof Compare>[0], 'other'> & { other: Shown | undefined }) {
  if (other) return <Compare {...props} other={other} />;
  const { words, image, view, onView, onCompare } = props;
  return (
    <div class="stages">
      <div class="one">
        <Stage words={words} image={image} view={view} onView={onView} onCompare={onCompare} />
      </div>
    </div>
  );
}

/** Comparing replaces the stage that had the focus: its keys are to work on. */
function keepFocus(dialog: HTMLDialogElement | null): void {
  const root = dialog?.getRootNode();
  if (!dialog?.open || !(root instanceof ShadowRoot) || document.activeElement === root.host) return;
  dialog.querySelector<HTMLElement>('.stage')?.focus();
}

/** Where to look for the first thing that is missing. */
export function firstIncomplete(images: readonly WidgetImage[]): Look | undefined {
  for (const { id, said, committedAt } of images) {
    const focus = committedAt === undefined ? missingFrom(said)[0] : undefined;
    if (focus) return { id, focus };
  }
  return undefined;
}

/** What sets a photo apart from those that the phone sent and the record lacks. */
export function tagOf(image: WidgetImage, words: Words): string {
  if (image.committedAt !== undefined) return words('image.committed');
  if (image.derivation) return words(image.derivation === 'annotated' ? 'image.annotated' : 'image.derived');
  return image.local ? words('image.kept') : '';
}

function shownOf(image: WidgetImage, words: Words): Shown {
  const name = [words('viewer.photo', { n: image.number }), words.place(image.said)].filter(Boolean).join(': ');
  return { ...image, name };
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}

function Tool({
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
