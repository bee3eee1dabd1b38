/** What each button of the dialog does. */

import { placeText, type WidgetImage } from '../image';
import type { ExportWay } from '../session/timeline';
import { momentText, wallText, type Words } from '../words';
import { copy, save } from './leaving';
import type { Outgoing } from './making';
import { collectionName, fileName } from './names';

type Making = typeof import('./making');

export type Present = WidgetImage & { file: File };

/** The photos to take out, and how. */
export interface Order {
  chosen: readonly Present[];
  /** Their copies are to have at most so many bytes; undefined: they leave as they are. */
  maxBytes: number | undefined;
  /** Begins every name; '' for none. */
  patient: string;
  words: Words;
}

/** A way to export: its name in the timeline, and what it does. It rejects if nothing was exported. */
export interface Taking {
  way: ExportWay;
  done: Promise<unknown>;
}

/** What is needed beyond the photos is loaded when the first export is made. */
const load = (): Promise<Making> => import('./making');

export function download(order: Order): Taking {
  const { chosen, patient } = order;
  const leave = async (): Promise<void> => {
    const files = await photosOf(order);
    const [first] = files;
    if (files.length === 1 && first) save(first.file, first.file.name);
    else save(await (await load()).zipped(files), collectionName(chosen, 'zip', patient));
  };
  return { way: chosen.length === 1 ? 'saved' : 'zip', done: leave() };
}

export function downloadPdf(order: Order): Taking {
  const { chosen, patient, words } = order;
  const leave = async (): Promise<void> => {
    const name = collectionName(chosen, 'pdf', patient);
    const title = name.replace(/\.pdf$/, '');
    save(await (await load()).paged(await photosOf(order), title, words.language), name);
  };
  return { way: 'pdf', done: leave() };
}

export function share(order: Order): Taking {
  const leave = async (): Promise<void> => navigator.share({ files: (await photosOf(order)).map(({ file }) => file) });
  return { way: 'shared', done: leave() };
}

/** Only the first photo: a clipboard holds one picture. */
export function toClipboard({ chosen: [first] }: Order): Taking {
  if (!first) throw new RangeError('no photo was chosen');
  return { way: 'clipboard', done: copy(load().then((making) => making.pngOf(first.file))) };
}

async function photosOf({ chosen, patient, words, maxBytes }: Order): Promise<readonly Outgoing[]> {
  const originals = chosen.map((image) => outgoing(image, patient, words));
  return maxBytes === undefined ? originals : (await load()).smallerCopies(originals, maxBytes);
}

function outgoing(image: Present, patient: string, words: Words): Outgoing {
  const { details, file, number, uploadedAt } = image;
  const time = details.captured
    ? wallText(details.captured.local, words.language)
    : momentText(uploadedAt, words.language);
  const view = details.view && words(`view.${details.view}`);
  const caption = [
    patient,
    [words('viewer.photo', { n: number }), placeText(details), view, details.label].filter(Boolean).join(' · '),
    words(details.captured ? 'export.taken' : 'export.received', { time }),
    ...(details.notes ?? '').split('\n'),
  ].filter(Boolean);
  return { file: new File([file], fileName(image, patient), { type: file.type }), caption };
}
