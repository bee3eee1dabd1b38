import { useEffect, useState } from 'preact/hooks';
import type { ExpectedPhoto } from './session/api';
import type { Words } from './words';

/** A phone that is silent for this long has probably lost its network or been put away. */
const SILENT_MS = 45_000;
const LOOK_MS = 5_000;

/** A tile for each photo that a phone is sending, or one tile for all of them while only their number is known. */
export function Expected({
  expected,
  expecting,
  words,
}: {
  expected: readonly ExpectedPhoto[];
  expecting: boolean;
  words: Words;
}) {
  const now = useNow(expected.length > 0);
  return (
    <>
      {expected.map((photo) => (
        <Waiting key={photo.id} id={photo.id} phone={photo.phone} text={words(reasonOf(photo, now))} />
      ))}
      {expecting && expected.length === 0 && <Waiting id="" phone="" text={words('expected.some')} />}
    </>
  );
}

function Waiting({ id, phone, text }: { id: string; phone: string; text: string }) {
  return (
    <li>
      <div class="tile waiting" part="tile" data-expected-id={id}>
        <span class="loading">
          <span>{text}</span>
        </span>
        {phone && <span class="caption quiet">{phone}</span>}
      </div>
    </li>
  );
}

/** Returns why a photo has not arrived yet. */
function reasonOf(
  { removed, aliveAt, phoneId }: ExpectedPhoto,
  now: number,
): `expected.${'one' | 'removed' | 'offline' | 'desktop'}` {
  if (removed) return 'expected.removed';
  if (now - Date.parse(aliveAt) <= SILENT_MS) return 'expected.one';
  return phoneId === '' ? 'expected.desktop' : 'expected.offline';
}

function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
