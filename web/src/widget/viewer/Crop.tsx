import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { cropped, turned, type Derived } from './derive';
import { CORNERS, moveFrame, toPixels, WHOLE, type Corner, type Frame, type Turns } from './geometry';
import type { Words } from '../words';

const KEY_STEP = 0.02;

interface CropProps {
  words: Words;
  file: File;
  turns: Turns;
  isSensitive: boolean;
  onSave(copy: Derived): void;
  onCancel(): void;
}

/** Makes a new photo from a part of a photo, turned as it is shown. */
export function Crop({ words, file, turns, isSensitive, onSave, onCancel }: CropProps) {
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const [frame, setFrame] = useState<Frame>(WHOLE);
  const [failed, setFailed] = useState(false);
  const [saving, setSaving] = useState(false);
  useEffect(() => {
    let gone = false;
    let made: HTMLCanvasElement | undefined;
    void turned(file, turns).then(
      (ready) => {
        made = ready;
        if (gone) release(ready);
        else setCanvas(ready);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      if (made) release(made);
    };
  }, [file, turns]);
  const save = async (): Promise<void> => {
    if (!canvas) return;
    setSaving(true);
    try {
      onSave(await cropped(canvas, frame));
    } catch {
      setFailed(true);
      setSaving(false);
    }
  };
  return (
    <div class="crop" data-sensitive={isSensitive || undefined}>
      <p class="quiet">{words('crop.how')}</p>
      <div class="stage">{canvas && <Framing words={words} canvas={canvas} frame={frame} onFrame={setFrame} />}</div>
      <div class="row">
        {failed && (
          <p class="problem" role="alert">
            {words('crop.failed')}
          </p>
        )}
        <button type="button" class="primary" disabled={!canvas || saving} onClick={() => void save()}>
          {words('crop.save')}
        </button>
        <button type="button" onClick={onCancel}>
          {words('crop.cancel')}
        </button>
      </div>
    </div>
  );
}

function Framing({
  words,
  canvas,
  frame,
  onFrame,
}: {
  words: Words;
  canvas: HTMLCanvasElement;
  frame: Frame;
  onFrame(change: (frame: Frame) => Frame): void;
}) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.prepend(canvas);
    box.current?.querySelector<HTMLElement>('.frame')?.focus();
  }, [canvas]);
  const handle = (part: Corner | 'all') => ({
    onPointerDown: (event: PointerEvent) => {
      event.stopPropagation();
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      const size = box.current?.getBoundingClientRect();
      if (!size || !(event.currentTarget as Element).hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      onFrame((now) => moveFrame(now, part, event.movementX / size.width, event.movementY / size.height));
    },
    onKeyDown: (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      onFrame((now) => moveFrame(now, part, step[0] * KEY_STEP, step[1] * KEY_STEP));
    },
  });
  const { width, height } = toPixels(frame, canvas.width, canvas.height);
  const percent = (value: number): string => `${value * 100}%`;
  return (
    <div
      ref={box}
      class="framing"
      style={{
        aspectRatio: `${canvas.width} / ${canvas.height}`,
        width: `min(100cqw, 100cqh * ${canvas.width / canvas.height})`,
      }}
    >
      <div
        class="frame"
        role="group"
        tabIndex={0}
        aria-label={words('crop.frame', { width, height })}
        style={{
          left: percent(frame.x),
          top: percent(frame.y),
          width: percent(frame.width),
          height: percent(frame.height),
        }}
        {...handle('all')}
      >
        {CORNERS.map((corner) => (
          <button
            key={corner}
            type="button"
            class={`corner ${corner}`}
            aria-label={words(`crop.corner.${corner}`)}
            {...handle(corner)}
          />
        ))}
      </div>
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Frees a canvas's memory. Safari does so only when the canvas has no size. */
function release(canvas: HTMLCanvasElement): void {
  canvas.width = canvas.height = 1;
}
