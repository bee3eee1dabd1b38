import { useState } from 'preact/hooks';
import { guideOf } from './guide';
import type { OfferedGuide, SessionState, SessionSync } from '../session/api';
import type { Shown } from './Stage';
import type { Words } from '../words';

/** Offers earlier photos to the phones' camera. */
export interface Guiding {
  offered: OfferedGuide | null;
  offer(photo: string | null, jpeg: string | null): Promise<void>;
}

/** Returns how to offer photos, or undefined if no phone takes any, because the session is not open. */
export function guidingOf({ status, guide }: SessionState, sync: SessionSync): Guiding | undefined {
  return status === 'open' ? { offered: guide, offer: (photo, jpeg) => sync.offerGuide(photo, jpeg) } : undefined;
}

/** The button that shows an earlier photo on the phone's camera, and stops it, with how it went. */
export function GuideButton({
  words,
  photo,
  isVeiled,
  guiding,
}: {
  words: Words;
  photo: Shown;
  isVeiled: boolean;
  guiding: Guiding;
}) {
  const [unreadable, setUnreadable] = useState('');
  const { offered, offer } = guiding;
  const state = unreadable === photo.id ? 'unreadable' : offered?.photo === photo.id ? offered.state : null;
  const isShown = state === 'shown' || state === 'kept';
  const isElsewhere = state === null && offered?.photo === null;
  const toggle = async (): Promise<void> => {
    setUnreadable('');
    if (isShown) return offer(photo.id, null);
    try {
      await offer(photo.id, await guideOf(photo.previewUrl ?? ''));
    } catch {
      setUnreadable(photo.id);
    }
  };
  return (
    <>
      <button
        type="button"
        aria-pressed={isShown}
        disabled={(isVeiled && !isShown) || offered?.state === 'sending'}
        onClick={() => void toggle()}
      >
        {words('guide.show')}
      </button>
      <span class="quiet" role="status">
        {state
          ? words(`guide.${state}`)
          : isElsewhere && words(offered.state === 'kept' ? 'guide.kept' : 'guide.elsewhere')}
      </span>
      {isElsewhere && (
        <button type="button" disabled={offered.state === 'sending'} onClick={() => void offer(null, null)}>
          {words('guide.stop')}
        </button>
      )}
    </>
  );
}
