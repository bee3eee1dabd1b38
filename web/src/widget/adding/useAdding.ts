import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { SessionState, SessionSync } from '../session/api';
import { filesOf, hasFiles, isPastedInto } from './ways';

/** The message if some files were not accepted. */
export type AddingNote = { what: 'folder' } | { what: 'closed' } | { what: 'room'; taken: number; offered: number };

/** Whether the patient agreed to photos that are added here. */
export type Agreement = 'given' | 'skipped';

export interface AddingControl {
  section: RefObject<HTMLElement | null>;
  button: RefObject<HTMLButtonElement | null>;
  /** Files are being dragged over the widget. */
  isOver: boolean;
  /** Files wait for the patient's agreement. */
  asks: boolean;
  note: AddingNote | null;
  drag: DragHandlers;
  take(files: readonly File[]): void;
  /** Takes the person's decision on consent. null discards the photos. */
  answer(agreement: Agreement | null): void;
}

interface DragHandlers {
  onDragStart(): void;
  onDragEnd(): void;
  onDragOver(event: DragEvent): void;
  onDragLeave(event: DragEvent): void;
  onDrop(event: DragEvent): void;
}

/** Accepts photos from this computer: as many as there is room for, and with consent if the practice requires it. */
export function useAdding(state: SessionState, sync: SessionSync): AddingControl {
  const section = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [pending, setPending] = useState<readonly File[]>([]);
  const [agreement, setAgreement] = useState<Agreement | null>(null);
  const [note, setNote] = useState<AddingNote | null>(null);
  const send = (files: readonly File[], agreed: Agreement | null): void => void sync.add(files, agreed === 'given');
  const take = (files: readonly File[], hasFolder = false): void => {
    const all = [...pending, ...files];
    const taken = all.slice(0, roomOf(state));
    setNote(noteOf(state, taken, all, hasFolder));
    if (state.status !== 'open' || taken.length === 0) return;
    if (state.consent === 'off' || agreement) send(taken, agreement);
    else setPending(taken);
  };
  const answer = (given: Agreement | null): void => {
    if (given) send(pending, given);
    setAgreement(given);
    setPending([]);
    button.current?.focus();
  };
  const { isOver, drag } = useDrop(take, state.status === 'open');
  usePaste(section, take);
  return { section, button, isOver, asks: pending.length > 0, note, drag, take, answer };
}

type Take = (files: readonly File[], hasFolder: boolean) => void;

/** How many more photos the session may hold. */
function roomOf({ maxImages, images, expected, adding }: SessionState): number {
  const held = images.filter(({ local }) => !local).length;
  const coming = adding.filter(({ state }) => state !== 'failed').length;
  return Math.max(0, maxImages - held - expected.length - coming);
}

function noteOf(
  { status }: SessionState,
  taken: readonly File[],
  offered: readonly File[],
  hasFolder: boolean,
): AddingNote | null {
  if (status !== 'open') return { what: 'closed' };
  if (taken.length < offered.length) return { what: 'room', taken: taken.length, offered: offered.length };
  return hasFolder ? { what: 'folder' } : null;
}

function useDrop(take: Take, isOpen: boolean): { isOver: boolean; drag: DragHandlers } {
  const [isOver, setOver] = useState(false);
  // A photo that was dragged out of the widget must not be added again.
  const isOwn = useRef(false);
  const isWanted = ({ dataTransfer }: DragEvent): boolean => !isOwn.current && hasFiles(dataTransfer);
  const drag: DragHandlers = {
    onDragStart: () => (isOwn.current = true),
    onDragEnd: () => (isOwn.current = false),
    onDragOver: (event) => {
      if (!isWanted(event)) return;
      event.preventDefault();
      // Nothing can be dropped before the patient is known.
      if (event.dataTransfer) event.dataTransfer.dropEffect = isOpen ? 'copy' : 'none';
      setOver(isOpen);
    },
    onDragLeave: ({ currentTarget, relatedTarget }) => {
      if (!(currentTarget as Element).contains(relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event) => {
      setOver(false);
      if (!isWanted(event) || !event.dataTransfer) return;
      // Otherwise the browser would open the file in place of the page.
      event.preventDefault();
      const { files, hasFolder } = filesOf(event.dataTransfer);
      take(files, hasFolder);
    },
  };
  return { isOver, drag };
}

function usePaste(section: RefObject<HTMLElement | null>, take: Take): void {
  const newest = useRef(take);
  newest.current = take;
  useEffect(() => {
    const root = section.current?.getRootNode();
    if (!(root instanceof ShadowRoot)) return;
    const paste = (event: ClipboardEvent): void => {
      if (event.defaultPrevented || !event.clipboardData || !isPastedInto(root.host, event)) return;
      const { files, hasFolder } = filesOf(event.clipboardData);
      if (files.length === 0 && !hasFolder) return;
      event.preventDefault();
      newest.current(files, hasFolder);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
}
