import { useLayoutEffect, useRef } from 'preact/hooks';
import { Annotate } from '../annotate/Annotate';
import { Leave } from '../annotate/Leave';
import { Compare } from './Compare';
import { Crop } from './Crop';
import { Details } from './Details';
import { guidingOf, type Guiding } from './GuideButton';
import { missingFrom } from '../image';
import { firstIncomplete } from '../look';
import { Stage } from './Stage';
import { Tool, Tools } from './Tools';
import { shownOf, useViewing, type ViewerProps, type Viewing } from './useViewing';
import { useVeils } from '../Veil';
import { tagText, type Words } from '../words';

/** One large photo next to its details, or two photos side by side. */
export function Viewer(props: ViewerProps) {
  const { words, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const viewing = useViewing(props);
  // A layout effect, so that it runs before the fields' effects: opening a dialog moves the focus.
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  // A layout effect too, so that the next key already reaches the right element.
  useLayoutEffect(() => keepFocus(dialog.current), [viewing?.other?.id, viewing?.task]);
  if (!viewing) return null;

  const { image, task, pending, hasDrawing, leave, walk } = viewing;
  const close = (): void => dialog.current?.close();
  /** Handles Escape as a key and as a cancel event: browsers close a dialog on a second Escape without asking. */
  const askToClose = (event: Event): void => {
    if (!hasDrawing.current) return;
    event.preventDefault();
    leave(close);
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
          <span class="quiet"> {tagText(image, words)}</span>
        </h3>
        <Tools words={words} viewing={viewing} />
        <Tool icon="close" label={words('viewer.close')} onClick={() => leave(close)} />
      </header>
      <Picture words={words} viewing={viewing} guiding={guidingOf(props.state, props.sync)} />
      <Side {...props} viewing={viewing} />
      {pending && <Leave words={words} onStay={viewing.stay} onDiscard={viewing.discard} />}
    </dialog>
  );
}

interface PictureProps {
  words: Words;
  viewing: Viewing;
  guiding: Guiding | undefined;
}

/** The photo in the current task: viewing, cropping, annotating or comparing. */
function Picture({ words, viewing, guiding }: PictureProps) {
  const { image, task, view, hasDrawing, begin, changeView, saveCopy } = viewing;
  const { isVeiled } = useVeils();
  const isHidden = isVeiled(image);
  return (
    <>
      {task === 'annotate' && image.file && (
        <Annotate
          words={words}
          file={image.file}
          name={shownOf(image, words).name}
          isSensitive={image.details.sensitive === true}
          isHidden={isHidden}
          view={view}
          onView={changeView}
          onUnsaved={(isUnsaved) => (hasDrawing.current = isUnsaved)}
          onSave={(copy) => saveCopy(copy, 'annotated')}
          onCancel={() => begin(null)}
        />
      )}
      {task === 'crop' && image.file && !isHidden && (
        <Crop
          words={words}
          file={image.file}
          turns={view.turns}
          isSensitive={image.details.sensitive === true}
          onCancel={() => begin(null)}
          onSave={(copy) => saveCopy(copy, 'cropped')}
        />
      )}
      {(task === null || isHidden) && <Looking words={words} viewing={viewing} guiding={guiding} />}
    </>
  );
}

/** One photo, or two. */
function Looking({ words, viewing, guiding }: PictureProps) {
  const { image, other, today, earlier, view, changeView, setOther, toggleCompare } = viewing;
  const shown = {
    words,
    image: shownOf(image, words),
    view,
    onView: changeView,
    onCompare: toggleCompare,
  };
  if (other) return <Compare {...shown} {...{ other, today, earlier, guiding }} onOther={setOther} />;
  return (
    <div class="stages">
      <div class="one">
        <Stage {...shown} />
      </div>
    </div>
  );
}

/** The details, and a button to the next photo with missing details. */
function Side({ words, sync, state, look, onLook, viewing }: ViewerProps & { viewing: Viewing }) {
  const { images } = state;
  const { image, index, leave, remove } = viewing;
  const nextIncomplete = firstIncomplete([...images.slice(index + 1), ...images.slice(0, index)]);
  const placeless = images.filter(({ id, committedAt, details }) => {
    const { bodySite, laterality } = details;
    return id !== image.id && committedAt === undefined && bodySite === undefined && laterality === undefined;
  });
  const useForAll = (): void => {
    const { bodySite = null, laterality = null } = image.details;
    for (const { id } of placeless) sync.correct(id, { bodySite, laterality });
  };
  return (
    <div class="side">
      <Details
        words={words}
        image={image}
        focus={look.focus}
        untagged={placeless.length}
        onChange={(change) => sync.correct(image.id, change)}
        onRemove={() => leave(remove)}
        onUseForAll={useForAll}
      />
      {nextIncomplete && missingFrom(image.details).length === 0 && (
        <button type="button" class="primary" onClick={() => leave(() => onLook(nextIncomplete))}>
          {words('details.nextIncomplete')}
        </button>
      )}
    </div>
  );
}

/** Gives the focus back to the stage. Comparing replaces the stage that had it, and its keys must keep working. */
function keepFocus(dialog: HTMLDialogElement | null): void {
  const root = dialog?.getRootNode();
  if (!dialog?.open || !(root instanceof ShadowRoot) || document.activeElement === root.host) return;
  dialog.querySelector<HTMLElement>('.stage')?.focus();
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  );
}
