import type { AddingPhoto, SessionSync } from '../session/api';
import { problemText, type Words } from '../words';

interface AddedProps {
  adding: readonly AddingPhoto[];
  sync: SessionSync;
  words: Words;
  /** Called when a tile was removed by its own button. */
  onGone(): void;
}

/** A tile for each photo that is being added here, until it is in the session. */
export function Added({ adding, sync, words, onGone }: AddedProps) {
  return (
    <>
      {adding.map((photo) => (
        <li key={photo.id}>
          <div class="tile waiting" part="tile" data-adding-id={photo.id}>
            <span class="loading">
              <span role="status">{textOf(photo, words)}</span>
              {photo.state === 'sending' && (
                <progress max={1} value={photo.share} aria-label={words('adding.progress', { name: photo.name })} />
              )}
            </span>
            <span class="caption quiet">
              <bdi>{photo.name}</bdi>
              <Actions
                photo={photo}
                words={words}
                onAgain={() => sync.retryAdding(photo.id)}
                onRemove={() => {
                  sync.cancelAdding(photo.id);
                  onGone();
                }}
              />
            </span>
          </div>
        </li>
      ))}
    </>
  );
}

interface ActionsProps {
  photo: AddingPhoto;
  words: Words;
  onAgain(): void;
  onRemove(): void;
}

/** The buttons of a photo that has not arrived. One that is being sent has fewer, because it may have arrived. */
function Actions({ photo: { name, state, problem }, words, onAgain, onRemove }: ActionsProps) {
  if (state === 'sending') return null;
  return (
    <span class="row">
      {state === 'failed' && problem?.retryable && (
        <button type="button" class="plain" aria-label={words('adding.again.named', { name })} onClick={onAgain}>
          {words('adding.again')}
        </button>
      )}
      <button type="button" class="plain" aria-label={words('adding.remove.named', { name })} onClick={onRemove}>
        {words('adding.remove')}
      </button>
    </span>
  );
}

/** Returns the photo's progress, or why it has stopped. */
function textOf({ state, problem }: AddingPhoto, words: Words): string {
  // The upload URL may have expired. The engine requests another one.
  if (problem?.code === 'forbidden' && problem.retryable) return words('adding.refused');
  if (problem) return problemText(problem, words);
  return words(state === 'failed' ? 'problem.internal' : `adding.${state}`);
}
