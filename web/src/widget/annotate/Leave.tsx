import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Words } from '../words';

interface LeaveProps {
  words: Words;
  onStay(): void;
  onDiscard(): void;
}

/** The question before an unsaved drawing is discarded. */
export function Leave({ words, onStay, onDiscard }: LeaveProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="leave"
      role="alertdialog"
      aria-labelledby="leave"
      aria-describedby="leave-text"
      onClose={onStay}
      // Keys typed here must not reach the viewer.
      onKeyDown={(event) => event.stopPropagation()}
    >
      <p>
        <strong id="leave">{words('annotate.leave')}</strong>{' '}
        <span id="leave-text">{words('annotate.leave.text')}</span>
      </p>
      <div class="row">
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          {words('annotate.leave.stay')}
        </button>
        <button type="button" class="danger" onClick={onDiscard}>
          {words('annotate.leave.discard')}
        </button>
      </div>
    </dialog>
  );
}
