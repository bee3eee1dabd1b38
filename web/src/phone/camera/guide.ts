/** The earlier photo that the desktop offers, to take the next one from the same side. */

import { useEffect, useState } from 'preact/hooks';
import { fetchGuide } from '../../api/client';
import type { Grant } from '../../contract/api';

/**
 * Returns an object URL of the offered photo, or null. It is asked for once, when the camera opens. A failure is as if
 * there were none: nothing is in the way of the next photo.
 */
export function useGuide(session: Grant | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  const { encounterId, uploadToken } = session ?? {};
  useEffect(() => {
    if (encounterId === undefined || uploadToken === undefined) return;
    const left = new AbortController();
    let made = '';
    fetchGuide('', encounterId, uploadToken, left.signal).then(
      (jpeg) => {
        if (jpeg === null || left.signal.aborted) return;
        made = URL.createObjectURL(new Blob([bytesOf(jpeg)], { type: 'image/jpeg' }));
        setUrl(made);
      },
      () => undefined,
    );
    return () => {
      left.abort();
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [encounterId, uploadToken]);
  return url;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
