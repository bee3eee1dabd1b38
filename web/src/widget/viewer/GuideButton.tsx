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

interface GuideProps {
  words: Words;
  /** The earlier photo on the screen, if one is. */
  photo: Shown | undefined;
  isVeiled: boolean;
  earlier: readonly Shown[];
  guiding: Guiding;
}

/** The buttons that show an earlier photo on the phone's camera, and stop it, with how it went. */
export function GuideButton({ words, photo, isVeiled, earlier, guiding: { offered, offer } }: GuideProps) {
  const [unreadable, setUnreadable] = useState('');
  const mine = photo && offered?.photo === photo.id ? offered.state : null;
  const isShown = mine === 'shown' || mine === 'kept';
  // It was offered before the widget was opened here, or has another URL by now. No photo's own button stops it.
  const isElsewhere = offered !== null && !earlier.some(({ id }) => id === offered.photo);
  const toggle = async ({ id, previewUrl = '' }: Shown): Promise<void> => {
    setUnreadable('');
    if (isShown) return offer(id, null);
    try {
      await offer(id, await guideOf(previewUrl));
    } catch {
      setUnreadable(id);
    }
  };
  const state = photo && unreadable === photo.id ? 'unreadable' : (mine ?? (isElsewhere && elsewhere[offered.state]));
  const isSending = offered?.state === 'sending';
  return (
    <>
      {photo && (
        <button
          type="button"
          aria-pressed={isShown}
          disabled={(isVeiled && !isShown) || isSending}
          onClick={() => void toggle(photo)}
        >
          {words('guide.show')}
        </button>
      )}
      {(photo || isElsewhere) && (
        <span class="quiet" role="status">
          {state && words(`guide.${state}`)}
        </span>
      )}
      {(isElsewhere || mine === 'failed') && (
        <button
          type="button"
          disabled={isSending}
          onClick={() => void offer(isElsewhere ? null : (photo?.id ?? null), null)}
        >
          {words('guide.stop')}
        </button>
      )}
    </>
  );
}

/** What is known of a photo that is not on the screen. */
const elsewhere = { sending: 'elsewhere', shown: 'elsewhere', failed: 'maybe', kept: 'kept' } as const;
