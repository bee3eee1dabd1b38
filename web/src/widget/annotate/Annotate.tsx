import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { encoded, turned, type Derived } from '../viewer/derive';
import { FIT, pan, turnRight, zoomAt, type View } from '../viewer/geometry';
import type { Words } from '../words';
import type { Editor } from './editor';

interface AnnotateProps {
  words: Words;
  file: File;
  name: string;
  isSensitive: boolean;
  /** The photo is veiled. The drawing is kept, but hidden. */
  isHidden: boolean;
  view: View;
  onView(change: (view: View) => View): void;
  onUnsaved(isUnsaved: boolean): void;
  onSave(copy: Derived): void;
  onCancel(): void;
}

type Step = 'loading' | 'drawing' | 'saving' | 'failed' | 'unloadable';

/** Draws on a copy of a photo, turned as it is shown. The drawing code is loaded when it is first needed. */
export function Annotate(props: AnnotateProps) {
  const { words, file, view, isHidden, onSave, onCancel } = props;
  const place = useRef<HTMLDivElement>(null);
  const [isUnsaved, setUnsaved] = useState(false);
  const [step, setStep] = useState<Step>('loading');
  const editor = useEditor(place, props, setUnsaved, setStep);
  useLayoutEffect(() => editor.current?.look(view), [view, isHidden]);
  useUnsaved(isUnsaved, props.onUnsaved);
  const save = async (): Promise<void> => {
    if (!editor.current?.settle()) return;
    setStep('saving');
    try {
      const canvas = await turned(file, view.turns);
      editor.current.drawOn(canvas, view.turns);
      onSave(await encoded(canvas));
    } catch {
      setStep('failed');
    }
  };
  return (
    <div
      class="crop annotate"
      hidden={isHidden}
      data-unsaved={isUnsaved}
      data-sensitive={props.isSensitive || undefined}
    >
      {step === 'loading' && <p class="quiet">{words('annotate.loading')}</p>}
      <div class="drawing" ref={place} />
      <div class="row">
        {(step === 'failed' || step === 'unloadable') && (
          <p class="problem" role="alert">
            {words(step === 'failed' ? 'crop.failed' : 'annotate.unloadable')}
          </p>
        )}
        <button type="button" class="primary" disabled={!isUnsaved || step === 'saving'} onClick={() => void save()}>
          {words('crop.save')}
        </button>
        <button type="button" onClick={onCancel}>
          {words('crop.cancel')}
        </button>
      </div>
    </div>
  );
}

/** The editor inside an element, once it is loaded. */
function useEditor(
  place: RefObject<HTMLDivElement | null>,
  { words, file, name, view, onView }: AnnotateProps,
  onUnsaved: (isUnsaved: boolean) => void,
  onStep: (step: Step) => void,
): RefObject<Editor | null> {
  const editor = useRef<Editor | null>(null);
  const latest = useRef(view);
  latest.current = view;
  useEffect(() => {
    const node = place.current;
    let isGone = false;
    const open = async (): Promise<void> => {
      if (!node) return;
      const { openEditor } = await import('./editor');
      const looking = {
        zoom: (factor: number, at: { x: number; y: number }) => onView((now) => zoomAt(now, factor, at)),
        pan: (dx: number, dy: number) => onView((now) => pan(now, dx, dy)),
        turn: () => onView(turnRight),
        fit: () => onView(({ turns }) => ({ ...FIT, turns })),
      };
      const opened = await openEditor(node, {
        file,
        name,
        words,
        view: latest.current,
        looking,
        onUnsaved,
      });
      if (isGone) opened.close();
      else editor.current = opened;
    };
    open().then(
      () => onStep('drawing'),
      (error: unknown) => onStep(error instanceof DOMException ? 'failed' : 'unloadable'),
    );
    return () => {
      isGone = true;
      editor.current?.close();
      editor.current = null;
    };
  }, [file]);
  return editor;
}

/** Reports unsaved changes to the viewer, and makes the browser ask before the page closes. */
function useUnsaved(isUnsaved: boolean, onUnsaved: (isUnsaved: boolean) => void): void {
  useLayoutEffect(() => {
    onUnsaved(isUnsaved);
    if (!isUnsaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => {
      onUnsaved(false);
      window.removeEventListener('beforeunload', ask);
    };
  }, [isUnsaved]);
}
