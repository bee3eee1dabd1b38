import { useLayoutEffect, useRef } from 'preact/hooks';
import { patientName } from './Patient';
import { printTable } from './print';
import type { SessionState } from './session/api';
import type { TimelineEntry } from './session/timeline';
import { momentText, type Words } from './words';

/** The events of the session, to read or print. */
export function Timeline({ words, state, onClose }: { words: Words; state: SessionState; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const rows = state.timeline.map((entry) => [momentText(entry.at, words.language), storyOf(entry, words)] as const);
  const print = (): void => {
    const about = [
      [words('timeline.patient'), patientName(state, words)],
      [words('timeline.encounter'), state.encounterId],
    ] as const;
    const known = about.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value] as const]));
    printTable(words('timeline.title'), [...known, ...rows], words.language);
  };
  return (
    <dialog ref={dialog} class="timeline" part="timeline" aria-label={words('timeline.title')} onClose={onClose}>
      <h3>{words('timeline.title')}</h3>
      <ol>
        {rows.map(([at, story], index) => (
          <li key={index}>
            <time>{at}</time>
            <span>{story}</span>
          </li>
        ))}
      </ol>
      <div class="row">
        <button type="button" onClick={print}>
          {words('timeline.print')}
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          {words('viewer.close')}
        </button>
      </div>
    </dialog>
  );
}

function storyOf({ what, photo, count, photos, way }: TimelineEntry, words: Words): string {
  if (photos && way)
    return words('timeline.exported', { n: photos.length, photos: photos.join(', '), way: words(`export.way.${way}`) });
  const n = photo ?? count;
  return words(`timeline.${what}`, n === undefined ? {} : { n });
}
