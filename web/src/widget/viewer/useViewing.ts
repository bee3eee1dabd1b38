import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Derived } from './derive';
import { bestMatch, useEarlier } from '../earlier';
import { FIT, type View } from './geometry';
import type { Derivation, WidgetImage } from '../image';
import type { Look } from '../look';
import type { SessionState, SessionSync } from '../session/api';
import type { Shown } from './Stage';
import type { Words } from '../words';

export type Task = 'crop' | 'annotate' | null;

export interface ViewerProps {
  words: Words;
  sync: SessionSync;
  state: SessionState;
  look: Look;
  onLook(look: Look): void;
  onClose(): void;
}

/** The open viewer: the photo, how it is shown, and what a person may do with it. */
export interface Viewing extends Comparing, Leaving {
  image: WidgetImage;
  index: number;
  count: number;
  view: View;
  task: Task;
  changeView(change: (view: View) => View): void;
  /** Starts a task, or ends it if it is already running. */
  begin(task: Task): void;
  walk(by: number): void;
  remove(): void;
  saveCopy(copy: Derived, derivation: Derivation): void;
}

interface Comparing {
  /** The photos for a comparison: those of this session, and the host's earlier ones. */
  today: readonly Shown[];
  earlier: readonly Shown[];
  other: Shown | undefined;
  /** The photo that Compare shows first. */
  match: Shown | undefined;
  setOther(id: string): void;
  toggleCompare(): void;
}

interface Leaving {
  /** The action that waits for the decision whether an unsaved drawing may be discarded. */
  pending: (() => void) | null;
  hasDrawing: RefObject<boolean>;
  /** Runs `go`, after a question if a drawing would be lost. */
  leave(go: () => void): void;
  stay(): void;
  discard(): void;
}

/** The viewer's state, or null after its photo was removed. */
export function useViewing({ words, sync, state, look, onLook, onClose }: ViewerProps): Viewing | null {
  const { images } = state;
  const [view, setView] = useState<View>(FIT);
  const [task, setTask] = useState<Task>(null);
  const leaving = useLeaving();
  const index = images.findIndex(({ id }) => id === look.id);
  const image = images[index];
  const comparing = useComparing(words, images, index);
  // A layout effect, so that the next key already acts on the new photo.
  useLayoutEffect(() => {
    setView(FIT);
    setTask(null);
  }, [look.id]);
  useEffect(() => {
    if (!image) onClose(); // removed elsewhere
  }, [image]);
  const changeView = useCallback((change: (view: View) => View) => setView(change), []);
  if (!image) return null;

  const { leave } = leaving;
  return {
    ...{ image, index, count: images.length, view, task, changeView },
    ...comparing,
    ...leaving,
    begin: (next) => leave(() => setTask(task === next ? null : next)),
    walk: (by) => {
      const next = images[index + by];
      if (next) leave(() => onLook({ id: next.id }));
    },
    remove: () => {
      const next = neighbour(images, index);
      sync.remove(image.id);
      if (next) onLook({ id: next.id });
      else onClose();
    },
    saveCopy: ({ file, ...size }, derivation) => {
      const id = sync.derive(image.id, file, size, derivation);
      if (id !== undefined) onLook({ id });
    },
  };
}

function useComparing(words: Words, images: readonly WidgetImage[], index: number): Comparing {
  const [otherId, setOther] = useState<string | null>(null);
  const earlier = useEarlier(words);
  const image = images[index];
  const today = images.filter(({ id }) => id !== image?.id).map((one) => shownOf(one, words));
  const other = [...earlier, ...today].find(({ id }) => id === otherId);
  const next = neighbour(images, index);
  const match = image && bestMatch(image, earlier, next && shownOf(next, words));
  return { today, earlier, other, match, setOther, toggleCompare: () => setOther(other ? null : (match?.id ?? null)) };
}

function useLeaving(): Leaving {
  const hasDrawing = useRef(false);
  const [pending, setPending] = useState<(() => void) | null>(null);
  return {
    pending,
    hasDrawing,
    leave: (go) => (hasDrawing.current ? setPending(() => go) : go()),
    stay: () => setPending(null),
    discard: () => {
      hasDrawing.current = false;
      setPending(null);
      pending?.();
    },
  };
}

/** The photo after this one, or the one before it. */
function neighbour(images: readonly WidgetImage[], index: number): WidgetImage | undefined {
  return images[index + 1] ?? images[index - 1];
}

/** A photo with the name that is read out for it. */
export function shownOf(image: WidgetImage, words: Words): Shown {
  const name = [words('viewer.photo', { n: image.number }), words.place(image.details)].filter(Boolean).join(': ');
  return { ...image, name };
}
