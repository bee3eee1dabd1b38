import { useRef } from 'preact/hooks';
import { useFocus } from '../focus';
import { patientName } from '../Patient';
import type { SessionState } from '../session/api';
import type { Words } from '../words';
import type { AddingControl, AddingNote } from './useAdding';
import { ACCEPTED } from './ways';

interface AddProps {
  words: Words;
  state: SessionState;
  adding: AddingControl;
}

/** The button of the file picker. */
export function AddButton({ words, adding }: Omit<AddProps, 'state'>) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="plain" ref={adding.button} onClick={() => picker.current?.click()}>
        {words('add')}
      </button>
      <input
        type="file"
        ref={picker}
        hidden
        multiple
        accept={ACCEPTED}
        data-testid="add-files"
        aria-label={words('add')}
        onChange={({ currentTarget }) => {
          adding.take([...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** Questions and messages about chosen photos, and the patient that a dropped photo would belong to. */
export function AddNotes({ words, state, adding }: AddProps) {
  const { isOver, asks, note } = adding;
  return (
    <>
      {isOver && (
        <div class="drop" part="drop" aria-hidden="true">
          <p>
            {words('add.drop')} <bdi>{patientName(state, words)}</bdi>
          </p>
        </div>
      )}
      {asks && <Agreement words={words} state={state} adding={adding} />}
      <p class={note ? 'problem' : 'none'} role="status">
        {note && noteText(note, state, words)}
      </p>
    </>
  );
}

function noteText(note: AddingNote, { maxImages }: SessionState, words: Words): string {
  if (note.what !== 'room') return words(`add.${note.what}`);
  const { taken, offered } = note;
  return taken === 0 ? words('add.full', { max: maxImages }) : words('add.room', { n: taken, offered, max: maxImages });
}

/** The question about consent before the first photos, as on the phone. */
function Agreement({ words, state, adding }: AddProps) {
  const yes = useFocus<HTMLButtonElement>();
  return (
    <div class="notice" role="group" aria-labelledby="agree" data-testid="agreement">
      <p id="agree">
        <strong>{words('agree.title')}</strong>{' '}
        <span class="quiet">{words(state.consent === 'require' ? 'agree.required' : 'agree.optional')}</span>
      </p>
      <div class="row">
        <button type="button" class="primary" ref={yes} onClick={() => adding.answer('given')}>
          {words('agree.yes')}
        </button>
        {state.consent === 'ask' && (
          <button type="button" onClick={() => adding.answer('skipped')}>
            {words('agree.skip')}
          </button>
        )}
        <button type="button" onClick={() => adding.answer(null)}>
          {words('agree.cancel')}
        </button>
      </div>
    </div>
  );
}
