import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { WidgetImage } from '../image';
import { patientName } from '../Patient';
import type { SessionState, SessionSync } from '../session/api';
import { useVeils, Veil } from '../Veil';
import type { Words } from '../words';
import { canCopy, canShare, carry } from './leaving';
import { fileName } from './names';
import { useExportOptions } from './options';
import { download, downloadPdf, share, toClipboard, type Order, type Present, type Taking } from './taking';

interface ExportProps {
  words: Words;
  sync: SessionSync;
  state: SessionState;
  onClose(): void;
}

type Note = 'export.done' | 'export.failed' | 'export.working' | null;

const isPresent = (image: WidgetImage): image is Present => image.file !== null;

/** Exports photos: as files, as a PDF, to the clipboard, into another app. */
export function Export({ words, sync, state, onClose }: ExportProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { referralMaxBytes, namesPatient } = useExportOptions();
  const [picks, setPicks] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [isSmall, setSmall] = useState(false);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const photos = state.images.filter(isPresent);
  // A sensitive photo is exported only if the person selects it.
  const isChosen = ({ id, details }: WidgetImage): boolean => picks.get(id) ?? details.sensitive !== true;
  const chosen = photos.filter(isChosen);
  const patient = namesPatient ? patientName(state, words) : '';
  return (
    <dialog ref={dialog} class="export" part="export" aria-label={words('export.title')} onClose={onClose}>
      <h3>{words('export.title')}</h3>
      <ul class="choices">
        {photos.map((image) => (
          <Choice
            key={image.id}
            words={words}
            image={image}
            isChosen={isChosen(image)}
            isDraggable={!isSmall}
            onChoose={(on) => setPicks(new Map(picks).set(image.id, on))}
            onDrag={(transfer) => carry(transfer, image.file, fileName(image, patient), image.previewUrl ?? '')}
            onDropped={() => sync.exported([image.id], 'dragged')}
          />
        ))}
      </ul>
      <label class="check">
        <input type="checkbox" checked={isSmall} onChange={({ currentTarget }) => setSmall(currentTarget.checked)} />
        <span>{words('export.small', { size: Math.round(referralMaxBytes / 1000) })}</span>
      </label>
      {isSmall && (
        <p class="quiet" role="status">
          {words('export.smallHint')}
        </p>
      )}
      <Ways
        order={{ chosen, patient, words, maxBytes: isSmall ? referralMaxBytes : undefined }}
        sync={sync}
        onClose={() => dialog.current?.close()}
      />
    </dialog>
  );
}

function Ways({ order, sync, onClose }: { order: Order; sync: SessionSync; onClose(): void }) {
  const [note, setNote] = useState<Note>(null);
  const { chosen, words } = order;
  const take = async (taking: (order: Order) => Taking): Promise<void> => {
    setNote('export.working');
    try {
      const { way, done } = taking(order);
      await done;
      sync.exported(
        chosen.map(({ id }) => id),
        way,
      );
      setNote('export.done');
    } catch (error) {
      // Closing the system's share sheet is not an error.
      setNote(error instanceof DOMException && error.name === 'AbortError' ? null : 'export.failed');
    }
  };
  const isIdle = chosen.length > 0 && note !== 'export.working';
  // A clipboard takes PNG only, and a photo as PNG exceeds the limit of a small copy.
  const mayCopy = isIdle && chosen.length === 1 && order.maxBytes === undefined;
  return (
    <>
      <div class="row">
        <button type="button" class="primary" disabled={!isIdle} onClick={() => void take(download)}>
          {words(chosen.length === 1 ? 'export.save' : 'export.zip')}
        </button>
        <button type="button" disabled={!isIdle} onClick={() => void take(downloadPdf)}>
          {words('export.pdf')}
        </button>
        {canCopy() && (
          <button type="button" disabled={!mayCopy} onClick={() => void take(toClipboard)}>
            {words('export.copy')}
          </button>
        )}
        {canShare(chosen.map(({ file }) => file)) && (
          <button type="button" disabled={!isIdle} onClick={() => void take(share)}>
            {words('export.share')}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {words('viewer.close')}
        </button>
      </div>
      <p class={note === 'export.failed' ? 'problem' : 'quiet'} role="status">
        {note && words(note)}
      </p>
    </>
  );
}

interface ChoiceProps {
  words: Words;
  image: WidgetImage;
  isChosen: boolean;
  /** A drag takes the original: a small copy could not be made before the drag has started. */
  isDraggable: boolean;
  onChoose(on: boolean): void;
  onDrag(transfer: DataTransfer): void;
  onDropped(): void;
}

/** A photo to select. It can also be dragged out of the widget. */
function Choice({ words, image, isChosen, isDraggable, onChoose, onDrag, onDropped }: ChoiceProps) {
  const { isVeiled } = useVeils();
  const { number, details, previewUrl } = image;
  const name = [
    words('viewer.photo', { n: number }),
    words.place(details),
    details.sensitive && words('veil.sensitive'),
  ];
  return (
    <li data-sensitive={details.sensitive}>
      <label class="check">
        <input type="checkbox" checked={isChosen} onChange={({ currentTarget }) => onChoose(currentTarget.checked)} />
        <span>{name.filter(Boolean).join(' · ')}</span>
      </label>
      {isVeiled(image) ? (
        <Veil words={words} />
      ) : (
        <img
          src={previewUrl}
          alt=""
          title={isDraggable ? words('export.drag') : undefined}
          draggable={isDraggable}
          onDragStart={({ dataTransfer }) => dataTransfer && onDrag(dataTransfer)}
          onDragEnd={({ dataTransfer }) => dataTransfer?.dropEffect !== 'none' && onDropped()}
        />
      )}
    </li>
  );
}
